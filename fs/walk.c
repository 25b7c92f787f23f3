/* SPDX-License-Identifier: MIT */
/* Directories are read whole and sorted before the next is entered: no fd stays open on the way down. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fs/path.h"
#include "fs/place.h"
#include "fs/walk.h"
#include "fs/why.h"

struct walk {
	const struct caller *who;
	int (*one)(const char *path, struct live *live, void *data);
	void *data;
	size_t top; /* length of the path of the directory that the walk began at, with its slash */
	unsigned depth;
	struct text_buf path; /* below SOURCE, of where the walk is */
};

static int visit(struct walk *w, struct node *dir);

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void free_names(char **names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(names[i]);
	free(names);
}

static int read_names(DIR *stream, char ***ret_names, size_t *ret_n)
{
	char **names = NULL;
	size_t n = 0, room = 0;
	struct dirent *entry;

	while ((entry = readdir(stream))) {
		if (strchr(entry->d_name, '.'))
			continue;
		if (n == room) {
			room = room ? room * 2 : 32;
			char **more = reallocarray(names, room, sizeof(*names));
			if (!more)
				goto no_memory;
			names = more;
		}
		names[n] = strdup(entry->d_name);
		if (!names[n])
			goto no_memory;
		n++;
	}
	if (n)
		qsort(names, n, sizeof(*names), by_name);
	*ret_names = names;
	*ret_n = n;
	return 0;
no_memory:
	free_names(names, n);
	return -ENOMEM;
}

/* The names in the directory where the walk is; none where the caller may not list it. */
static int list(struct walk *w, char ***ret_names, size_t *ret_n)
{
	struct stat st;
	int fd = path_open(w->path.data ? w->path.data : "", O_RDONLY | O_DIRECTORY);

	*ret_n = 0;
	*ret_names = NULL;
	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	if (fstat(fd, &st) || !caller_may(w->who, &st, 5)) {
		close(fd);
		return 0;
	}
	DIR *stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	int err = read_names(stream, ret_names, ret_n);
	closedir(stream);
	return err;
}

static int enter(struct walk *w, struct node *dir, const char *name)
{
	struct node *place;
	struct live *live;
	struct stat st;
	size_t len = w->path.len;
	int err = place_node(dir, name, &place);

	if (err)
		return err;
	err = len ? text_append(&w->path, "/", 1) : 0;
	err = err ? err : text_append(&w->path, name, strlen(name));
	if (!err) {
		err = place_live(place, &live, &st);
		if (err == -EISDIR) {
			err = visit(w, place);
		} else if (err) {
			err = err == -ENOMEM || err == -EMFILE ? err : 0; /* gone, or no map */
		} else {
			if (caller_may(w->who, &st, 4))
				err = w->one(w->path.data + w->top, live, w->data);
			live_put(live);
		}
	}
	w->path.len = len;
	if (w->path.data)
		w->path.data[len] = 0;
	node_put(place);
	return err;
}

static int visit(struct walk *w, struct node *dir)
{
	char **names;
	size_t n;

	if (w->depth == WALK_DEPTH)
		return fail(ELOOP, "%s: deeper than the %d directories that a walk goes down", w->path.data, WALK_DEPTH);
	int err = list(w, &names, &n);
	w->depth++;
	for (size_t i = 0; i < n && !err; i++)
		err = enter(w, dir, names[i]);
	w->depth--;
	free_names(names, n);
	return err;
}

int walk_maps(struct node *dir, const struct caller *who,
	      int (*one)(const char *path, struct live *live, void *data), void *data)
{
	struct walk w = {.who = who, .one = one, .data = data};
	int err = node_names(dir, &w.path);

	w.top = w.path.len ? w.path.len + 1 : 0;
	err = err ? err : visit(&w, dir);
	text_free(&w.path);
	return err;
}
