/* SPDX-License-Identifier: MIT */
/*
 * The plan: a BTF type laid out flat, as the printers and parsers walk it.
 *
 * The nodes of a plan are the type's tree in pre-order. A leaf is a scalar or a list of
 * scalars; a composite (struct, union, array of structs) stands before its `subtree` nodes
 * and can be read and written as its bytes. An anonymous composite has no node: its members
 * belong to what encloses it. A node with NODE_PRINTED is part of the canonical text; those
 * without it (composites, the other members of a union) can only be written through.
 *
 * Invariants, checked once when the plan is made: the printed nodes share no bit, every node
 * lies within the type, no two nodes share a path.
 */
#ifndef PLAN_H
#define PLAN_H

#include "text.h"

__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;

enum node_kind {
	NODE_INT,     /* bits wide; sizes 1, 2, 4, 8, 16 */
	NODE_BOOL,
	NODE_ENUM,
	NODE_POINTER,
	NODE_FLOAT,   /* sizes 4, 8 */
	NODE_IPV4,
	NODE_IPV6,
	NODE_MAC,
	NODE_BYTES,
	NODE_TEXT,    /* char[size] */
	NODE_DEVICE,  /* the number of a network device, known by its name */
	NODE_FRAME, /* of a stack trace; zeros end it */
	NODE_BUILD_ID,/* of a stack trace: struct bpf_stack_build_id; an empty one ends it */
	NODE_KERNEL,  /* a lock, a timer, …: neither read nor written */
	NODE_STRUCT,
	NODE_UNION,
	NODE_ARRAY,   /* of structs or unions */
	NODE_KINDS
};

enum {
	NODE_PRINTED = 1 << 0,
	NODE_SIGNED  = 1 << 1,
	NODE_BIG     = 1 << 2, /* network byte order */
	NODE_BITS    = 1 << 3, /* a bit-field: `bits` bits from bit `shift` of the byte at offset */
};

struct node {
	uint8_t kind, flags;
	uint8_t shift, bits;   /* bits: of a number, whether bit-field or not */
	uint8_t ndims;         /* 0: a scalar or composite; else a list, dims[0..ndims) of plan->dims */
	uint32_t dims;
	uint32_t offset, size; /* bytes; size of one item (bit-field: the bytes that it touches) */
	uint32_t count;        /* items: 1, or the product of the dims */
	uint32_t path;         /* into plan->paths, NUL-terminated */
	uint32_t path_len;
	uint32_t name;         /* where the last component starts within the path */
	uint32_t subtree;
	const struct enum_names *names; /* NODE_ENUM */
};

struct plan {
	uint32_t size;         /* bytes of the type */
	uint32_t n_nodes, n_printed, n_dims;
	struct node *nodes;
	uint32_t *printed;     /* indices of the printed nodes, in the order of the text */
	uint32_t *dims;
	char *paths;
	uint32_t *slots;       /* hash of the paths: node index + 1, 0 is free */
	uint32_t slot_mask;
	struct enum_names *enums;
	uint8_t *padding;      /* size bytes, a bit set where no printed node is; NULL: no padding */
	bool has_lock;
	size_t widest;         /* no text of the type is longer */
};

/* Names and values are one grammar with other separators. */
struct dialect {
	bool name;
	char field, item;
};
extern const struct dialect as_name, as_value;

struct slice {
	const char *s;
	size_t len;
};

/* What a parser of one item knows of its surroundings. */
struct reader {
	const struct dialect *d;
	const char *field;      /* path, or "value" or "name" where that is empty */
	struct text_note *note; /* may be NULL */
};

/* ---- buf.c ---- */

/* Writes the sentence (if there is a note) and returns err. */
int refuse(struct text_note *note, int err, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As text_reserve, for the inner loops. */
static inline int text_room(struct text_buf *b, size_t more)
{
	return b->cap - b->len > more ? 0 : text_reserve(b, more);
}

/* Ends the text before `end`, which points into reserved room. */
static inline void text_end(struct text_buf *b, char *end)
{
	b->len = (size_t)(end - b->data);
	*end = '\0';
}

/* How much of a refused text a note repeats: for "%.*s". */
#define SHOWN(slice) (int)((slice).len < 40 ? (slice).len : 40), (slice).s

/* ---- plan.c ---- */

void plan_free(struct plan *plan);
/* Adds an empty node; NULL: out of memory. */
struct node *plan_add(struct plan *plan);
int  plan_add_dim(struct plan *plan, uint32_t dim);
/* Sorts out what is printed and indexes the paths. -EINVAL: an invariant does not hold. */
int  plan_finish(struct plan *plan, bool want_padding);
/* The node of exactly this path, or NULL. */
const struct node *plan_find(const struct plan *plan, struct slice path);
static inline const char *node_path(const struct plan *plan, const struct node *n)
{
	return plan->paths + n->path;
}

/* A range of bits. */
struct span {
	uint64_t from, to;
};
struct span node_span(const struct node *n);
/* The printed nodes' spans among n nodes, sorted; the caller frees. -ENOMEM, or how many. */
int64_t spans_of(const struct node *nodes, uint32_t n, struct span **ret_spans);
/* Whether every one of b's bits is in a; both sorted, a without overlaps. */
bool spans_cover(const struct span *a, int64_t na, const struct span *b, int64_t nb);

/* ---- type.c, enum.c ---- */

/* What a type is compiled for. */
enum plan_use {
	PLAN_KEY,        /* something of it is printed, and its padding is known */
	PLAN_VALUE,      /* what only the kernel may touch is hidden */
	PLAN_STRUCT_OPS, /* the same, and pointers to functions are program ids */
};

/*
 * Compiles a type of exactly `size` bytes. btf NULL or id 0: no type. What the type says that
 * cannot be had (nonsense, or more than a plan may hold) becomes bytes: only -ENOMEM fails.
 */
int plan_compile(struct plan *plan, const struct btf *btf, uint32_t id, uint32_t size, enum plan_use use);

struct btf_type;
/* The enumerators of a BTF enum of 1 to 8 bytes; one table per type. -EINVAL: too many enums. */
int enum_names_get(struct plan *plan, const struct btf *btf, uint32_t id, const struct btf_type *t,
		   const struct enum_names **ret_names);
void enum_names_free(struct enum_names *all);
/* Values are sign-extended where the enum is signed. NULL: no such enumerator. */
const char *enum_name(const struct enum_names *names, uint64_t value);
bool enum_value(const struct enum_names *names, struct slice name, uint64_t *ret_value);
size_t enum_widest(const struct enum_names *names);

/* ---- content.c: values whose types are the kernel's and in no BTF ---- */

struct content_field {
	const char *name; /* "": the value or item is nothing but this */
	enum node_kind kind;
	uint32_t size;
};

struct content {
	enum text_content content;
	uint32_t size;       /* bytes of a value, or of an item */
	bool list;           /* a value is as many items as it has room for */
	struct content_field fields[2];
	const char *type;    /* of a value or item, in C */
	const char *refusal; /* why no text writes it; NULL: one does */
};

/* NULL: the values have a type of the map's own, or not the size that their content has. */
const struct content *content_find(const struct text_shape *shape);
/* As plan_compile. */
int content_compile(struct plan *plan, const struct content *content, uint32_t size);

/* ---- leaf.c, number.c, address.c, string.c, float.c: one item ---- */

typedef int item_printer(const struct node *n, const uint8_t *at, const struct dialect *d,
			 struct text_buf *out);
typedef int item_parser(const struct node *n, struct slice text, const struct reader *r, uint8_t *at);

struct leaf {
	item_printer *print;
	item_printer *print_list; /* all items of a list */
	item_parser *parse;
	unsigned colons; /* within an item of a list in a name */
	size_t (*widest)(const struct node *n);
	uint32_t (*shown)(const struct node *n, const uint8_t *at); /* how many items of a list; NULL: all */
};
extern const struct leaf leaves[NODE_KINDS];

/* Whether a node's text is a list's: one whose items are not all shown may be empty. */
static inline bool is_list(const struct node *n)
{
	return n->count > 1 || leaves[n->kind].shown;
}

item_printer print_items; /* one after the other, whatever the kind (field.c) */
item_printer print_ints;
item_printer print_int, print_bool, print_enum, print_pointer, print_float;
item_printer print_ipv4, print_ipv6, print_mac, print_bytes, print_text;
item_printer print_device, print_frame, print_build_id, print_shown;
item_parser parse_int, parse_bool, parse_enum, parse_float;
item_parser parse_ipv4, parse_ipv6, parse_mac, parse_bytes, parse_text, parse_device;

/* device.c: the name of a NODE_DEVICE as bytes of a NODE_TEXT, device_name_node; false: it has none. */
#define DEVICE_NAME_SIZE 15
extern const struct node device_name_node;
bool device_name(const struct node *n, const uint8_t *at, uint8_t ret_name[DEVICE_NAME_SIZE]);

/* stack.c: lists of one dimension whose last items may not be shown. */
#define FRAME_WIDEST 600 /* an address and its symbol, or a build id and an offset */
uint32_t frames_shown(const struct node *n, const uint8_t *at);
uint32_t build_ids_shown(const struct node *n, const uint8_t *at);

/* The bits of a number, not sign-extended; size at most 8. */
uint64_t number_load(const struct node *n, const uint8_t *at);
void number_store(const struct node *n, uint8_t *at, u128 value);
/* Adds a number's text to what is there. */
int number_add(const struct node *n, struct slice text, const struct reader *r, uint8_t *at);
int64_t sign_extend(uint64_t value, unsigned bits);
char *put_decimal(char *to, uint64_t value); /* at most 20 bytes; returns the end */
int  parse_decimal_or_hex(struct slice text, bool *ret_negative, u128 *ret_magnitude);

/* "0x" and exactly two digits a byte. */
bool is_whole_bytes(struct slice text, size_t size);
static inline int hex_digit(char c) /* or -1 */
{
	unsigned decimal = (unsigned)c - '0', letter = ((unsigned)c | 0x20) - 'a';

	return decimal < 10 ? (int)decimal : letter < 6 ? (int)letter + 10 : -1;
}
char *put_hex(char *to, const uint8_t *bytes, size_t size);

/* Bytes of a NODE_TEXT up to the last that is not NUL. */
size_t text_length(const struct node *n, const uint8_t *at);
/* One C escape of a quoted text, *i past its backslash and then past it; -1: none such. */
int escaped_byte(struct slice text, size_t *i);
/* Bytes of the well-formed UTF-8 sequence at s, 0 if there is none. */
size_t utf8_length(const uint8_t *s, size_t len);

/* ---- field.c: a node as text, with its list ---- */

int field_print(const struct node *n, const uint8_t *bytes, const struct dialect *d, struct text_buf *out);
/* Printed nodes as "path=text", each with its separator before it where `first` is not set. */
int fields_print(const struct plan *plan, const uint8_t *bytes, const struct dialect *d,
		 struct slice prefix, bool first, struct text_buf *out);
/* The next item of a list in `rest`, which shrinks by it and its separator. */
struct slice item_next(struct slice *rest, unsigned colons, const struct dialect *d);

/* ---- assign.c: text into bytes ---- */

enum assign_op { ASSIGN_SET, ASSIGN_ADD };

struct assign {
	const struct plan *plan;
	const struct dialect *d;
	uint8_t *bytes;
	uint8_t *given;  /* plan->size bytes: a bit is set where a bit of `bytes` was given */
	bool relative;   /* some field was added to */
	struct text_note *note;
};

/* One field; an empty path is the whole. -EINVAL, -ERANGE. */
int  assign_field(struct assign *a, struct slice path, enum assign_op op, struct slice text);
/* The text of one whole node, whose bytes are at `at`; nothing is marked, no note is written. */
int  assign_node(const struct node *n, struct slice text, const struct dialect *d, uint8_t *at);
/* Marks the first n printed nodes as given. */
void assign_mark(struct assign *a, uint32_t n);
/* A text without a field's name: the whole scalar, or bytes; in names also the printed node `position`. */
int  assign_bare(struct assign *a, uint32_t position, struct slice text);
/* The bytes of the single host-order integer that a path leads to; false if it leads to none. */
bool assign_find_integer(const struct plan *plan, struct slice path, uint32_t *ret_offset, uint32_t *ret_size);
/* Whether every printed node was given. ret_missing (may be NULL): the first that was not. */
bool assign_is_whole(const struct assign *a, const struct node **ret_missing);

/* Splits "path=text", "path+=text" or "text" (then false). */
bool split_field(struct slice token, struct slice *ret_path, enum assign_op *ret_op, struct slice *ret_text);
/* The next field of a value or name, separators skipped. 1, 0 at the end, -EINVAL for an open quote. */
int  token_next(struct slice *rest, const struct dialect *d, struct slice *ret_token, struct text_note *note);

/* ---- canonical.c: texts as they are printed ---- */

/*
 * Reads printed fields in their order off the front of `text`, as far as they are spelled as fields_print
 * has it, into bytes; returns how many. They are not marked as given. Text is left before a separator, or
 * at its end.
 */
uint32_t canonical_fields(const struct plan *plan, const struct dialect *d, struct slice prefix,
			  struct slice *text, uint8_t *bytes);

/* ---- the codec ---- */

struct codec {
	struct text_shape shape;
	uint32_t stride;   /* bytes from one CPU's value to the next */
	bool lpm_bare;     /* ADDRESS_LEN names */
	struct plan key, value;
	const struct content *content; /* NULL: the value has a type of the map's own */
};

/* lpm.c, percpu.c */
int lpm_print(const struct codec *codec, const uint8_t *key, struct text_buf *out);
int lpm_parse(const struct codec *codec, struct slice name, uint8_t *ret_key, struct text_note *note);
int percpu_print(const struct codec *codec, const uint8_t *value, struct text_buf *out);
int percpu_parse(const struct codec *codec, struct slice line, uint8_t *value, struct text_note *note);

#endif
