/* SPDX-License-Identifier: MIT */
/*
 * .tsv: a line per map below the directory. .prom: all their Prometheus samples in one scrape. Both show
 * what whoever opens them may read, and nothing else.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "fs/entries.h"
#include "fs/family.h"
#include "fs/forms.h"
#include "fs/stream.h"
#include "fs/walk.h"
#include "fs/why.h"

/* A map below the directory, held from the open on. */
struct item {
	char *path;
	struct live *live;
	struct format_run *run; /* .prom */
};

struct directory {
	struct item *items;
	size_t n, room;
	/* .prom: where the text is: metric `pass` of item `at`, printed for all items from `of` on */
	size_t at, of;
	unsigned pass;
	struct entries *walk;
};

static void free_items(struct directory *d)
{
	entries_free(d->walk);
	for (size_t i = 0; i < d->n; i++) {
		format_run_free(d->items[i].run);
		live_put(d->items[i].live);
		free(d->items[i].path);
	}
	free(d->items);
	free(d);
}

static int add(const char *path, struct live *live, void *data)
{
	struct directory *d = data;

	if (d->n == d->room) {
		size_t room = d->room ? d->room * 2 : 16;
		struct item *items = reallocarray(d->items, room, sizeof(*items));
		if (!items)
			return -ENOMEM;
		d->items = items;
		d->room = room;
	}
	struct item item = {.path = strdup(path)};
	if (!item.path)
		return -ENOMEM;
	item.live = live_ref(live);
	d->items[d->n++] = item;
	return 0;
}

/* ---- .tsv: short, so it is made whole ---- */

/* Names are anyone's: a tab or newline in one must not look like a field or line. */
static int append_clean(struct text_buf *out, const char *name)
{
	int err = 0;
	for (; *name && !err; name++) {
		unsigned char c = (unsigned char)*name;
		err = c < 0x20 || c == 0x7f || c == '\\' ? text_printf(out, "\\x%02x", c) : text_append(out, name, 1);
	}
	return err;
}

static int print_line(const char *path, struct live *live, void *out)
{
	struct bpfmap_info i = {.size = sizeof(i)};
	char flags[256] = "";
	int err = bpfmap_info(live->map, &i);

	if (err)
		return fail_engine(err);
	if (bpfmap_flag_names(i.flags, flags, sizeof(flags)) < 0 || !*flags)
		strcpy(flags, "0");
	const char *type = bpfmap_type_name(i.type);
	err = append_clean(out, path);
	err = err ? err : text_printf(out, "\t%u\t%s\t", i.id, type ? type : "?");
	err = err ? err : append_clean(out, i.name);
	return err ? err : text_printf(out, "\t%u\t%u\t%u\t%s\n", i.key_size, i.value_size, i.max_entries, flags);
}

static int tsv_open(struct file *file)
{
	struct text_buf *text = calloc(1, sizeof(*text));

	if (!text)
		return -ENOMEM;
	file->state = text;
	return walk_maps(file->node->parent, file->who, print_line, text);
}

static int tsv_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	const struct text_buf *text = file->state;
	size_t at = (size_t)offset < text->len ? (size_t)offset : text->len;

	*ret_data = text->data + at;
	*ret_len = size < text->len - at ? size : text->len - at;
	return 0;
}

static void tsv_free(struct file *file)
{
	if (file->state)
		text_free(file->state);
	free(file->state);
}

const struct file_ops directory_tsv_ops = {.open = tsv_open, .read = tsv_read, .free = tsv_free};

/* ---- .prom: metric by metric, each with the samples of all maps that have it ---- */

/* The maps stay as they were found at the open; only the place in the text starts again. */
static void prom_stop(struct stream *s)
{
	struct directory *d = s->source_state;

	if (!d)
		return;
	entries_free(d->walk);
	d->walk = NULL;
	d->at = d->of = 0;
	d->pass = 0;
}

static int make_runs(struct directory *d)
{
	int err = 0;

	for (size_t i = 0; i < d->n && !err; i++) {
		struct item *item = &d->items[i];
		const char *slash = strrchr(item->path, '/');
		struct format_map map = {.name = slash ? slash + 1 : item->path, .path = item->path};
		if (!family_reads(item->live))
			err = format_run_new(format_find("prom"), item->live->codec, &map, &item->run);
	}
	return err;
}

static int prom_start(struct file *file, struct stream *s)
{
	(void)file, (void)s;
	return 0;
}

/* The pass of the run that has this metric, or -1. */
static int pass_of(const struct format_run *run, const char *metric)
{
	const char *name;

	for (unsigned p = 0; run && (name = prom_metric(run, p)); p++) {
		if (!strcmp(name, metric))
			return (int)p;
	}
	return -1;
}

static const char *metric_of(const struct directory *d)
{
	const struct format_run *run = d->items[d->at].run;
	return run ? prom_metric(run, d->pass) : NULL;
}

/* A map before the one at hand has printed this metric already. */
static bool was_printed(const struct directory *d, const char *metric)
{
	for (size_t i = 0; i < d->at; i++) {
		if (pass_of(d->items[i].run, metric) >= 0)
			return true;
	}
	return false;
}

/* Stands at the next metric that is not yet printed: true, or false after the last. */
static bool find_metric(struct directory *d)
{
	while (d->at < d->n) {
		const char *metric = metric_of(d);
		if (metric && !was_printed(d, metric))
			return true;
		if (metric) {
			d->pass++;
		} else {
			d->at++;
			d->pass = 0;
		}
	}
	return false;
}

/* Begins the walk over items[of] for the metric at hand: 1, or 0 where that map lacks it. */
static int begin_item(struct directory *d, struct text_buf *out)
{
	struct item *item = &d->items[d->of];
	int pass = pass_of(item->run, metric_of(d));
	int err = pass < 0 ? 0 : prom_pass(item->run, (unsigned)pass);

	if (pass < 0 || err)
		return err;
	if (d->of == d->at)
		err = prom_head(item->run, (unsigned)pass, out);
	err = err ? err : entries_new(item->live, false, &d->walk);
	return err ? err : 1;
}

static int print_item(struct directory *d, struct text_buf *out)
{
	size_t enough = out->len + 32 * 1024;
	const void *key, *value;
	int more = 1, err = 0;

	while (!err && out->len < enough && (more = entries_next(d->walk, &key, &value)) == 1)
		err = format_entry(d->items[d->of].run, key, value, out);
	if (err || more == 1)
		return err ? err : 1;
	entries_free(d->walk);
	d->walk = NULL;
	d->of++;
	return more == -BPFMAP_ABORTED || !more ? 1 : more;
}

static int prom_more(struct file *file, struct stream *s, struct text_buf *out)
{
	struct directory *d = s->source_state;
	(void)file;

	if (d->walk)
		return print_item(d, out);
	if (d->of == d->n) { /* this metric is done */
		d->pass++;
		d->of = 0;
	}
	if (!d->of) {
		if (!find_metric(d))
			return 0;
		d->of = d->at;
	}
	int begun = begin_item(d, out);
	if (!begun)
		d->of++;
	return begun < 0 ? begun : 1;
}

static const struct stream_source prom_source = {.start = prom_start, .more = prom_more, .stop = prom_stop};

static int prom_open(struct file *file)
{
	struct directory *d = calloc(1, sizeof(*d));
	int err = d ? stream_open(file, &prom_source) : -ENOMEM;

	if (err) {
		free(d);
		return err;
	}
	((struct stream *)file->state)->source_state = d;
	err = walk_maps(file->node->parent, file->who, add, d);
	return err ? err : make_runs(d);
}

static void prom_free(struct file *file)
{
	struct stream *s = file->state;

	if (!s)
		return;
	if (s->source_state)
		free_items(s->source_state);
	s->source_state = NULL;
	stream_free(file);
}

const struct file_ops directory_prom_ops = {.open = prom_open, .read = stream_read, .free = prom_free};
