/* SPDX-License-Identifier: MIT */
/*
 * Keys and values of one map as text, and back. Knows types and bytes and no map. It asks the
 * kernel for two things only: names of network devices (device.c) and symbols (symbol.c). What
 * is printed parses back to the same bytes, unless programs alone write it.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct btf;
struct codec; /* compiled once per map, immutable after that: threads may share it */

/* What the values of a map are, where neither its BTF nor their size says. */
enum text_content {
	TEXT_OWN,        /* the map's own types, or bytes */
	TEXT_DEVICE,     /* devmap, devmap_hash: u32 ifindex, and where there are 8 bytes u32 program id */
	TEXT_CPU,        /* cpumap: u32 queue size, and where there are 8 bytes u32 program id */
	TEXT_STACK,      /* stack_trace: u64 addresses, zeros behind the last. Read-only */
	TEXT_BUILD_IDS,  /* stack_trace with BPF_F_STACK_BUILD_ID: struct bpf_stack_build_id each. Read-only */
	TEXT_STRUCT_OPS, /* the kernel's BTF and its struct bpf_struct_ops_…: pointers to functions are program ids */
	TEXT_CONTENTS
};

/* What the text layer is told of a map. */
struct text_shape {
	uint32_t key_size;    /* bytes; 0: no keys */
	uint32_t value_size;  /* bytes of one value (of one CPU) */
	uint32_t cpus;        /* 0: plain values; else possible CPUs: a value is cpus × round_up(value_size, 8) bytes */
	bool lpm;             /* the key is {u32 prefixlen; data} */
	bool keys_are_indices;/* array: a name is a decimal index below max_entries */
	uint32_t max_entries;
	const struct btf *btf;/* NULL: no types. Borrowed: outlives the codec */
	uint32_t key_type, value_type; /* BTF type ids, 0: none. A type whose size differs from the map's is ignored */
	enum text_content content; /* one that does not fit value_size is ignored; cpus must be 0 for all but TEXT_OWN */
};

/* A growing string. data is NUL-terminated whenever it is not NULL. */
struct text_buf {
	char *data;
	size_t len, cap;
};
int  text_reserve(struct text_buf *b, size_t more); /* room for more bytes and a NUL; 0 or -ENOMEM */
int  text_append(struct text_buf *b, const void *bytes, size_t len);
int  text_printf(struct text_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void text_free(struct text_buf *b);

/* Why a text was refused: a sentence that says what was wrong, where, and what would be right. */
struct text_note {
	char msg[200];
};

int  codec_new(const struct text_shape *shape, struct codec **ret_codec);
void codec_free(struct codec *codec);
bool codec_has_lock(const struct codec *codec);   /* the value has a bpf_spin_lock: use BPF_F_LOCK */
size_t codec_value_bytes(const struct codec *codec);
size_t codec_line_limit(const struct codec *codec); /* no value's text is longer, generously counted */

/* Names: the canonical one, unshortened and without NUL; appended to out. */
int name_print(const struct codec *codec, const void *key, struct text_buf *out);
/* Any spelling → key_size bytes. -EINVAL: no key of this type (ret_key is then untouched). */
int name_parse(const struct codec *codec, const char *name, size_t len, void *ret_key, struct text_note *note);

/* R11: what a name longer than 255 bytes is called in a directory (exactly 255 bytes, NUL after it). */
#define NAME_LIMIT 255
void name_shorten(const char *name, size_t len, char ret_short[NAME_LIMIT + 1]);
bool name_is_short_form(const char *name, size_t len);

/* Values: one line without its newline, appended to out. */
int value_print(const struct codec *codec, const void *value, struct text_buf *out);

/*
 * Parses one line (no newline) into value, which holds the old bytes (or zeros) and keeps what the
 * line does not name. Returns TEXT_WHOLE where the line names every leaf (the result does not depend
 * on the old bytes; start from zeros to also clear padding), TEXT_PARTIAL where it does not, -EINVAL
 * or -ERANGE, or -EOPNOTSUPP where programs alone write such values, with note filled in; value is then
 * unspecified: parse into a scratch copy.
 */
enum { TEXT_PARTIAL = 0, TEXT_WHOLE = 1 };
int value_parse(const struct codec *codec, const char *line, size_t len, void *value, struct text_note *note);

/*
 * Whether a line is nothing but one `+=` to an integer of a plain value that the CPU can change
 * atomically: 1, 2, 4 or 8 bytes, host order, aligned to its size. Then a caller that has the value
 * mapped may parse into a copy and compare-and-exchange those bytes (offset and size into the value).
 */
bool value_is_atomic_add(const struct codec *codec, const char *line, size_t len, uint32_t *ret_offset,
			 uint32_t *ret_size);

/*
 * Stack traces name kernel symbols, whose table is read when one is asked for. Forgets it where nobody
 * has asked for a few seconds; milliseconds until that could be due, -1: there is no table. Any thread.
 */
int text_drop_idle(void);

/*
 * Records: bytes that have no type, and no fixed number. One line without its newline: "0x" and two digits
 * a byte; what is parsed may be a text in double quotes as well. Appended to out; -EINVAL with its note.
 */
int record_print(const void *data, size_t size, struct text_buf *out);
int record_parse(const char *line, size_t len, struct text_buf *out, struct text_note *note);

#endif
