/* SPDX-License-Identifier: MIT */
/* The buffer between a source that makes text in pieces and reads of any size. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs/stream.h"
#include "fs/why.h"

#define DROP (64 * 1024) /* sent bytes that are kept until there are so many of them */

int stream_open(struct file *file, const struct stream_source *source)
{
	struct stream *s = calloc(1, sizeof(*s));

	if (!s)
		return -ENOMEM;
	s->source = source;
	file->state = s;
	return 0;
}

void stream_free(struct file *file)
{
	struct stream *s = file->state;

	if (!s)
		return;
	s->source->stop(s);
	text_free(&s->out);
	free(s);
}

static int start(struct file *file, struct stream *s)
{
	s->source->stop(s);
	if (!s->source->consumes)
		s->out.len = s->sent = 0;
	s->at = 0;
	s->ended = false;
	s->failed = 0;
	int err = s->source->start(file, s);
	s->started = !err;
	return err;
}

static void drop_sent(struct stream *s)
{
	if (s->sent < DROP && s->sent < s->out.len)
		return;
	memmove(s->out.data, s->out.data + s->sent, s->out.len - s->sent);
	s->out.len -= s->sent;
	s->sent = 0;
}

static int fill(struct file *file, struct stream *s, size_t size)
{
	while (s->out.len - s->sent < size && !s->ended) {
		int more = s->source->more(file, s, &s->out);
		s->ended = more <= 0;
		s->failed = more < 0 ? more : 0;
	}
	return s->out.len == s->sent ? s->failed : 0; /* what there is comes before the error */
}

int stream_read(struct file *file, size_t size, off_t offset, const char **ret_data, size_t *ret_len)
{
	struct stream *s = file->state;
	int err = 0;

	if (offset == 0)
		err = start(file, s);
	else if (!s->started || offset != s->at)
		return fail(ESPIPE, "this form is a stream: it is read from the start, or on from offset %lld",
			    (long long)s->at);
	if (err)
		return err;
	if (s->out.data)
		drop_sent(s);
	err = fill(file, s, size);
	if (err)
		return err;
	size_t have = s->out.len - s->sent;
	*ret_len = have < size ? have : size;
	*ret_data = s->out.data + s->sent;
	s->sent += *ret_len;
	s->at += (off_t)*ret_len;
	return 0;
}
