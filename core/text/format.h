/* SPDX-License-Identifier: MIT */
/*
 * Whole maps as text: formats that are printed entry by entry, in memory that does not grow with
 * the map. The caller walks the map and hands over each entry:
 *
 *     format_run_new(format_find("json"), codec, &map, &run);
 *     for (pass = 0; pass < format_passes(run); pass++) {
 *             format_pass(run, pass, &out);
 *             for every entry: format_entry(run, key, value, &out);
 *     }
 *     format_end(run, &out);
 *     format_run_free(run);
 *
 * All append to out and return 0 or -ENOMEM; what is in out may be taken away between any two
 * calls. A format with several passes walks the map once for each (Prometheus wants each metric's
 * samples together, and where a map has nothing for it there are none).
 */
#ifndef FORMAT_H
#define FORMAT_H

#include "text.h"

struct format;
struct format_run; /* one reading of one map; one thread at a time */

/* "tsv", "csv", "json", "prom"; NULL: no such format. */
const struct format *format_find(const char *name);

/* Of which map. Borrowed: both strings outlive the run. */
struct format_map {
	const char *name;
	const char *path; /* prom: the samples' `path` label, to tell maps of a directory apart; NULL: none */
};

/* The codec is borrowed. -ENOMEM. */
int format_run_new(const struct format *format, const struct codec *codec, const struct format_map *map,
		   struct format_run **ret_run);
void format_run_free(struct format_run *run);

unsigned format_passes(const struct format_run *run);
/* Begins a walk; pass 0 also begins the text, so that a run can be read again from its start. */
int format_pass(struct format_run *run, unsigned pass, struct text_buf *out);
/* key: key_size bytes, NULL where the map has none; value: codec_value_bytes() bytes. */
int format_entry(struct format_run *run, const void *key, const void *value, struct text_buf *out);
int format_end(struct format_run *run, struct text_buf *out);

/*
 * Prometheus over many maps: all samples of one metric must stand together, so the caller collects
 * the names of all runs, and for each of them prints the head once and then, of every run that has
 * it, that pass. prom_pass is format_pass without the head; the same name is the same metric, and
 * the `path` labels tell the samples apart.
 */
const char *prom_metric(const struct format_run *run, unsigned pass); /* NULL: no such pass */
int prom_head(const struct format_run *run, unsigned pass, struct text_buf *out);
int prom_pass(struct format_run *run, unsigned pass);

/*
 * One line of M.tsv, without its newline: NAME TAB VALUE. Fills key, and value as value_parse does:
 * old(arg, key, value) is called in between to fill in the old bytes, or zeros, and returns 0 or a
 * negative errno, which is passed on (NULL: value already holds them). TEXT_WHOLE, TEXT_PARTIAL,
 * -EINVAL, -ERANGE. A name past 255 bytes is written out here, never shortened.
 */
int tsv_parse(const struct codec *codec, const char *line, size_t len, void *key, void *value,
	      int (*old)(void *arg, const void *key, void *value), void *arg, struct text_note *note);

/*
 * M.h: C declarations of the key's and the value's type as NAME_key and NAME_value, with all that
 * they are made of: they compile alone. -ENOMEM.
 */
int cdecl_print(const struct codec *codec, const char *name, struct text_buf *out);

#endif
