/* SPDX-License-Identifier: MIT */
/*
 * The kernel's functions by address, against a reading of /proc/kallsyms of this test's own: exact starts,
 * offsets, aliases, what no function has; the table goes when nobody asks, and comes again.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "symbol.h"
#include "text_help.h"

struct function {
	unsigned long long address;
	unsigned order;
	char name[64];
};

static struct function *functions;
static size_t n_functions;

static int by_address(const void *a, const void *b)
{
	const struct function *x = a, *y = b;

	if (x->address != y->address)
		return x->address < y->address ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

/* Those of the kernel proper, which do not change meanwhile. */
static int read_functions(void **state)
{
	FILE *f = fopen("/proc/kallsyms", "r");
	char line[1024], type;
	size_t cap = 0;

	(void)state;
	while (f && fgets(line, sizeof(line), f)) {
		struct function one = { .order = (unsigned)n_functions };

		if (sscanf(line, "%llx %c %63s", &one.address, &type, one.name) != 3 || strchr(line, '['))
			continue;
		if (!one.address || !strchr("tTwW", type))
			continue;
		if (n_functions == cap) {
			cap = cap ? 2 * cap : 1024;
			functions = realloc(functions, cap * sizeof(*functions));
		}
		functions[n_functions++] = one;
	}
	if (f)
		fclose(f);
	if (n_functions)
		qsort(functions, n_functions, sizeof(*functions), by_address);
	return 0;
}

static int forget_functions(void **state)
{
	(void)state;
	free(functions);
	return 0;
}

static void needs_functions(void)
{
	if (n_functions)
		return;
	puts("the kernel hides its addresses here");
	skip();
}

static void shows(uint64_t address, const char *text)
{
	struct text_buf out = { 0 };

	assert_int_equal(text_append(&out, "", 0), 0);
	assert_int_equal(symbol_print(address, &out), 0);
	assert_string_equal(out.data, text);
	text_free(&out);
}

static void shows_function(const struct function *f, unsigned offset)
{
	char want[128];

	snprintf(want, sizeof(want), ":%s+0x%x", f->name, offset);
	shows(f->address + offset, want);
}

/* Every 97th function, at its start, within it, and at its last byte. */
static void every_function(void **state)
{
	(void)state;
	needs_functions();
	for (size_t i = 0; i + 97 < n_functions; i += 97) {
		size_t first = i, next = i;
		uint64_t size;

		while (first && functions[first - 1].address == functions[i].address)
			first--;
		while (functions[next].address == functions[i].address)
			next++;
		size = functions[next].address - functions[first].address;
		shows_function(&functions[first], 0);
		if (size < 1u << 20)
			shows_function(&functions[first], (unsigned)(size - 1));
	}
}

static void no_function(void **state)
{
	(void)state;
	shows(0, "");
	shows(1, "");
	shows(0x7fffffffffff, "");
	shows(UINT64_MAX, "");
	if (n_functions)
		shows(functions[0].address - 1, "");
}

static long long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000ll + ts.tv_nsec / 1000000;
}

/* Bytes of memory that this process has. */
static long resident(void)
{
	FILE *f = fopen("/proc/self/statm", "r");
	long pages = 0;

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%*d %ld", &pages), 1);
	fclose(f);
	return pages * 4096;
}

static void dropped_when_idle(void **state)
{
	long long deadline = now_ms() + 30000;
	int left;
	long with;

	(void)state;
	needs_functions();
	shows_function(&functions[0], 0);
	with = resident();
	assert_true(text_drop_idle() > 0);
	while ((left = text_drop_idle()) >= 0) {
		assert_true(now_ms() < deadline);
		nanosleep(&(struct timespec){ .tv_nsec = 20 * 1000 * 1000 }, NULL);
	}
	assert_true(resident() < with - (1l << 20));
	assert_int_equal(text_drop_idle(), -1);
	shows_function(&functions[0], 0);
	assert_true(text_drop_idle() > 0);
}

static void *ask(void *arg)
{
	const atomic_bool *stop = arg;
	size_t i = 0;

	while (!atomic_load(stop)) {
		struct text_buf out = { 0 };

		if (symbol_print(functions[i++ % n_functions].address, &out) || !out.len)
			abort();
		text_free(&out);
	}
	return NULL;
}

static void threads(void **state)
{
	long long deadline = now_ms() + 300;
	atomic_bool stop = false;
	pthread_t all[3];

	(void)state;
	needs_functions();
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&all[i], NULL, ask, &stop), 0);
	while (now_ms() < deadline)
		text_drop_idle();
	atomic_store(&stop, true);
	for (size_t i = 0; i < 3; i++)
		pthread_join(all[i], NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_function), cmocka_unit_test(no_function), cmocka_unit_test(threads),
		cmocka_unit_test(dropped_when_idle),
	};

	return cmocka_run_group_tests(tests, read_functions, forget_functions);
}
