/* SPDX-License-Identifier: MIT */
/*
 * Streams: a whole map, or a directory's maps, as one text that is made as it is read, in memory that does
 * not grow with it (R24). A read at 0 starts again; any other must go on where the last one ended.
 */
#ifndef STREAM_H
#define STREAM_H

#include "fs/file.h"
#include "text.h"

struct stream;

/* Where the text comes from. */
struct stream_source {
	int (*start)(struct file *file, struct stream *stream); /* from the beginning, also once more */
	/* Appends some of the text to out: 1, 0 at the end, or a negative errno. */
	int (*more)(struct file *file, struct stream *stream, struct text_buf *out);
	void (*stop)(struct stream *stream); /* frees source_state; before a start as well */
	bool consumes; /* what was made and not read cannot be made again */
};

struct stream {
	const struct stream_source *source;
	void *source_state;
	struct text_buf out;
	size_t sent;  /* of out */
	off_t at;     /* offset of the next byte to be read */
	bool started, ended;
	int failed;   /* what ended it; told when all before it has been read */
};

int stream_open(struct file *file, const struct stream_source *source); /* sets file->state */
int stream_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len);
void stream_free(struct file *file);

#endif
