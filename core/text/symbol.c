/* SPDX-License-Identifier: MIT */
/*
 * The table of the kernel's functions: a copy of /proc/kallsyms, sorted by address, that is read when
 * somebody asks and read again when it is old, as modules and BPF programs come and go. Some 6 MB while
 * it is there, in mappings of its own, so that all of it goes back when it is dropped.
 */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "plan.h"
#include "symbol.h"

#define OLD_MS (60 * 1000)
#define IDLE_MS (5 * 1000)
#define NAME_MAX_LEN 511      /* KSYM_NAME_LEN less its NUL */
#define FUNCTION_MAX (1u << 20) /* no function is longer: what is farther from its start is in a gap */

struct symbol {
	uint64_t address;
	uint32_t name; /* into the names */
};

/* Mapped memory that grows; `cap` 0: none yet. */
struct pool {
	char *base;
	size_t used, cap;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* Under the lock. The symbols are sorted by address, equal ones as the kernel lists them. */
static struct pool symbols, names;
static bool loaded;
static long long loaded_ms, asked_ms;

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* ---- memory ---- */

/* Room for `more` bytes, or NULL. */
static void *pool_add(struct pool *p, size_t more)
{
	size_t cap = p->cap ? p->cap : 1u << 20;
	void *base;

	while (cap < p->used + more)
		cap *= 2;
	if (cap > p->cap) {
		base = p->cap ? mremap(p->base, p->cap, cap, MREMAP_MAYMOVE) :
				mmap(NULL, cap, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		if (base == MAP_FAILED)
			return NULL;
		p->base = base;
		p->cap = cap;
	}
	p->used += more;
	return p->base + p->used - more;
}

static void pool_free(struct pool *p)
{
	if (p->cap)
		munmap(p->base, p->cap);
	*p = (struct pool){ 0 };
}

static void drop(void)
{
	pool_free(&symbols);
	pool_free(&names);
	loaded = false;
}

/* ---- reading ---- */

/* How long the name is that starts a text; 0: it needs quotes somewhere, or is none. */
static size_t name_length(const char *s)
{
	size_t len = strcspn(s, " \t\n");

	for (size_t i = 0; i < len; i++)
		if (s[i] <= ' ' || s[i] > '~' || strchr("\"\\',=", s[i]))
			return 0;
	return len <= NAME_MAX_LEN ? len : 0;
}

static int add_symbol(uint64_t address, const char *name, size_t len)
{
	char *copy = pool_add(&names, len + 1);
	struct symbol *s = copy ? pool_add(&symbols, sizeof(*s)) : NULL;

	if (!s)
		return -ENOMEM;
	memcpy(copy, name, len);
	copy[len] = '\0';
	*s = (struct symbol){ address, (uint32_t)(copy - names.base) };
	return 0;
}

/* "ADDRESS TYPE NAME", and a module's name behind it. Functions only. */
static int add_line(const char *line)
{
	char *rest;
	uint64_t address = strtoull(line, &rest, 16);
	size_t len;

	if (!address || *rest != ' ' || !rest[1] || !strchr("tTwW", rest[1]) || rest[2] != ' ')
		return 0;
	len = name_length(rest + 3);
	return len ? add_symbol(address, rest + 3, len) : 0;
}

static int by_address(const void *a, const void *b)
{
	const struct symbol *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

/* A table that cannot be read is an empty one: addresses are shown without names then. */
static int load(void)
{
	char line[NAME_MAX_LEN + 128];
	FILE *f = fopen("/proc/kallsyms", "re");
	int err = 0;

	while (!err && f && fgets(line, sizeof(line), f))
		err = add_line(line);
	if (f)
		fclose(f);
	if (err) {
		drop();
		return err;
	}
	if (symbols.used)
		qsort(symbols.base, symbols.used / sizeof(struct symbol), sizeof(struct symbol), by_address);
	loaded = true;
	loaded_ms = now_ms();
	return 0;
}

/* ---- asking ---- */

/* The first of the symbols with the highest address that is not above; NULL: none is near. */
static const struct symbol *find(uint64_t address)
{
	const struct symbol *all = (const struct symbol *)(const void *)symbols.base;
	size_t low = 0, high = symbols.used / sizeof(*all);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (all[middle].address <= address)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || address - all[low - 1].address > FUNCTION_MAX)
		return NULL;
	for (low--; low && all[low - 1].address == all[low].address;)
		low--;
	return &all[low];
}

int symbol_print(uint64_t address, struct text_buf *out)
{
	const struct symbol *s;
	int err = 0;

	pthread_mutex_lock(&lock);
	asked_ms = now_ms();
	if (loaded && asked_ms - loaded_ms > OLD_MS)
		drop();
	if (!loaded)
		err = load();
	s = err ? NULL : find(address);
	if (s)
		err = text_printf(out, ":%s+0x%llx", names.base + s->name,
				  (unsigned long long)(address - s->address));
	pthread_mutex_unlock(&lock);
	return err;
}

int text_drop_idle(void)
{
	long long left = -1;

	pthread_mutex_lock(&lock);
	if (loaded) {
		left = asked_ms + IDLE_MS - now_ms();
		if (left <= 0) {
			drop();
			left = -1;
		}
	}
	pthread_mutex_unlock(&lock);
	return (int)left;
}
