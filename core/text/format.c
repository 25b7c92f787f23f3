/* SPDX-License-Identifier: MIT */
/* The table of formats, and what is common to all runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "stencil.h"

static const struct format *const formats[] = { &tsv_format, &csv_format, &json_format, &prom_format };

const struct format *format_find(const char *name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!strcmp(formats[i]->name, name))
			return formats[i];
	return NULL;
}

int format_run_new(const struct format *format, const struct codec *codec, const struct format_map *map,
		   struct format_run **ret_run)
{
	struct format_run *run = calloc(1, sizeof(*run));
	int err;

	if (!run)
		return -ENOMEM;
	*run = (struct format_run){ .format = format, .codec = codec, .map = *map, .passes = 1 };
	err = format->start ? format->start(run) : 0;
	if (err) {
		format_run_free(run);
		return err;
	}
	*ret_run = run;
	return 0;
}

void format_run_free(struct format_run *run)
{
	if (run && run->format->stop && run->state)
		run->format->stop(run);
	free(run);
}

unsigned format_passes(const struct format_run *run)
{
	return run->passes;
}

int format_pass(struct format_run *run, unsigned pass, struct text_buf *out)
{
	run->pass = pass;
	run->any = false;
	return run->format->pass ? run->format->pass(run, out) : 0;
}

int format_entry(struct format_run *run, const void *key, const void *value, struct text_buf *out)
{
	int err = run->format->entry(run, key, value, out);

	run->any = true;
	return err;
}

int format_end(struct format_run *run, struct text_buf *out)
{
	return run->format->end ? run->format->end(run, out) : 0;
}
