// SPDX-License-Identifier: MIT
/* window: mapping, moving, and copies that do not tear. */
#include "window.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define KERNEL_ENOTSUPP 524 /* of values with locks, timers and the like */

size_t bm_memory_bytes(const struct bpfmap *map)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t each = map->traits & BPFMAP_ARRAY ? bm_value_step(map) : page;

	return ((size_t)map->max_entries * each + page - 1) & ~(page - 1);
}

int bm_window_at(struct bm_window *w, size_t offset, size_t len, char **ret_at)
{
	char *there = bm_window_has(w, offset, len);

	if (!there) {
		size_t page = (size_t)sysconf(_SC_PAGESIZE);
		size_t from = offset & ~(w->span - 1);
		size_t end = (offset + len + page - 1) & ~(page - 1);

		if (end < from + w->span)
			end = from + w->span < w->size ? from + w->span : w->size;
		char *at = mmap(NULL, end - from, w->prot, MAP_SHARED, w->fd, (off_t)from);
		if (at == MAP_FAILED)
			return errno == KERNEL_ENOTSUPP ? -EOPNOTSUPP : -errno;
		bm_window_close(w);
		w->at = at;
		w->from = from;
		w->len = end - from;
		there = at + (offset - from);
	}
	*ret_at = there;
	return 0;
}

void bm_window_close(struct bm_window *w)
{
	if (w->at)
		munmap(w->at, w->len);
	w->at = NULL;
}

/* The largest word that is aligned at p and not longer than len. */
static size_t word_at(const char *p, size_t len)
{
	size_t word = 8;

	while (word > len || (uintptr_t)p % word)
		word /= 2;
	return word;
}

#define LOAD(type)                                                                                 \
	do {                                                                                       \
		type word_ = __atomic_load_n((const type *)(const void *)shared, __ATOMIC_RELAXED);\
		memcpy(to, &word_, sizeof(word_));                                                 \
	} while (0)

static void load_word(char *to, const char *shared, size_t word)
{
	switch (word) {
	case 1:
		LOAD(uint8_t);
		break;
	case 2:
		LOAD(uint16_t);
		break;
	case 4:
		LOAD(uint32_t);
		break;
	default:
		LOAD(uint64_t);
	}
}

void bm_load(void *to, const char *shared, size_t len)
{
	char *out = to;

	while (len) {
		if ((uintptr_t)shared % 8 == 0) {
			for (; len >= 8; len -= 8, shared += 8, out += 8)
				load_word(out, shared, 8);
			if (!len)
				break;
		}
		size_t word = word_at(shared, len);
		load_word(out, shared, word);
		len -= word;
		shared += word;
		out += word;
	}
}

#define STORE(type)                                                                                \
	do {                                                                                       \
		type word_;                                                                        \
		memcpy(&word_, from, sizeof(word_));                                               \
		__atomic_store_n((type *)(void *)shared, word_, __ATOMIC_RELAXED);                 \
	} while (0)

static void store_word(char *shared, const char *from, size_t word)
{
	switch (word) {
	case 1:
		STORE(uint8_t);
		break;
	case 2:
		STORE(uint16_t);
		break;
	case 4:
		STORE(uint32_t);
		break;
	default:
		STORE(uint64_t);
	}
}

void bm_store(char *shared, const void *from, size_t len)
{
	const char *in = from;

	while (len) {
		size_t word = word_at(shared, len);

		store_word(shared, in, word);
		len -= word;
		shared += word;
		in += word;
	}
}
