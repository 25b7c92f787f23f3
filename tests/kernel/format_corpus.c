/* SPDX-License-Identifier: MIT */
/*
 * Maps of many types as clang makes them, filled with patterns: the forms of each are read by
 * programs that know nothing of us (jq, python3, sqlite3, gcc, promtool), .json says the same as
 * bpftool, and a map made from a map's own specification shows the same in bpftool.
 */
#include "core/text/format.h"
#include "core/text/spectext.h"
#include "kernel.h"

#define OBJECT "build/tests/bpf/corpus.bpf.o"
#define CHECK "python3 tests/tools/format_check.py"

static struct bpf_object *object;
static char dir[256];

/* ---- commands and files ---- */

__attribute__((format(printf, 1, 2))) static int run(const char *fmt, ...)
{
	char command[4096];
	va_list args;
	int status;

	va_start(args, fmt);
	vsnprintf(command, sizeof(command), fmt, args);
	va_end(args);
	fflush(stdout);
	status = system(command);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

#define RUN(...)                                                                                   \
	do {                                                                                       \
		int status_ = run(__VA_ARGS__);                                                    \
		if (status_)                                                                       \
			fail_msg("exit %d: %s", status_, #__VA_ARGS__);                               \
	} while (0)

static void save(const struct text_buf *text, const char *name, const char *form)
{
	char path[600];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.%s", dir, name, form);
	f = fopen(path, "w");
	assert_non_null(f);
	assert_true(!text->len || fwrite(text->data, text->len, 1, f) == 1);
	assert_int_equal(fclose(f), 0);
}

/* ---- maps ---- */

/* Where bpftool prints what is no JSON, or what is meant to be text here. */
static bool is_loose(const char *name)
{
	static const char *const names[] = {
		"c_be16", "c_be32", "c_be64", "c_pointer", "c_double", "c_float", "c_u128", "c_bits", "c_flow",
		"c_words", "c_anonymous", "c_lossy", "c_locked", "k_flow", "m_untyped",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static void fill_bytes(uint8_t *to, size_t size, unsigned pattern)
{
	static const uint8_t steps[] = { 1, 0, 0, 37, 101 }, starts[] = { 1, 0, 0xff, 0x80, 0x7e };

	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(starts[pattern] + i * steps[pattern]);
}

/* Texts that end in NUL, booleans and enumerators that are such, prefixes as long as their address at most. */
static void fill_special(const char *name, uint8_t *key, uint8_t *value, unsigned pattern)
{
	static const char *const texts[] = { "swapper/0", "", "a b", "q\"uote", "kworker" };
	static const int32_t colors[] = { 0, 5, 200 }, signs[] = { -1, 1 };

	if (!strcmp(name, "c_text"))
		strncpy((char *)value, texts[pattern], 16);
	if (!strcmp(name, "c_texts"))
		for (unsigned i = 0; i < 3; i++)
			strncpy((char *)value + 8 * i, texts[(pattern + i) % 5], 7), value[8 * i + 7] = 0;
	if (!strcmp(name, "k_text"))
		strncpy((char *)key, texts[pattern], 16);
	if (!strcmp(name, "c_bool"))
		*value = pattern & 1;
	if (!strcmp(name, "c_enum"))
		memcpy(value, &colors[pattern % 3], 4);
	if (!strcmp(name, "c_signed_enum"))
		memcpy(value, &signs[pattern % 2], 4);
	if (!strcmp(name, "k_enum"))
		memcpy(key, &colors[1 + pattern % 2], 4);
	if (!strcmp(name, "m_lpm"))
		memcpy(key, &(uint32_t){ pattern * 8 }, 4);
}

static size_t value_bytes(const struct bpf_map_info *info)
{
	bool percpu = bpfmap_type_traits(info->type) & BPFMAP_PERCPU;

	return percpu ? (info->value_size + 7u) / 8 * 8 * (size_t)bpfmap_possible_cpus() : info->value_size;
}

static void fill(const char *name, int fd, const struct bpf_map_info *info)
{
	uint8_t key[256], *value = calloc(1, value_bytes(info));
	bool indexed = bpfmap_type_traits(info->type) & BPFMAP_ARRAY;

	for (unsigned p = 0; p < 5 && p < info->max_entries; p++) {
		fill_bytes(key, info->key_size, p);
		if (indexed)
			memcpy(key, &p, 4);
		fill_bytes(value, value_bytes(info), p);
		fill_special(name, key, value, p);
		assert_int_equal(bpf_map_update_elem(fd, key, value, 0), 0);
	}
	free(value);
}

static void info_of(int fd, struct bpf_map_info *info)
{
	uint32_t len = sizeof(*info);

	memset(info, 0, sizeof(*info));
	assert_int_equal(bpf_obj_get_info_by_fd(fd, info, &len), 0);
}

static struct codec *codec_of(const struct bpf_map_info *info, const struct btf *btf)
{
	uint32_t traits = bpfmap_type_traits(info->type);
	struct codec *codec = NULL;
	const struct text_shape shape = {
		.key_size = info->key_size, .value_size = info->value_size,
		.cpus = traits & BPFMAP_PERCPU ? (uint32_t)bpfmap_possible_cpus() : 0,
		.lpm = info->type == BPF_MAP_TYPE_LPM_TRIE, .keys_are_indices = traits & BPFMAP_ARRAY,
		.max_entries = info->max_entries, .btf = btf, .key_type = info->btf_key_type_id,
		.value_type = info->btf_value_type_id,
	};

	assert_int_equal(codec_new(&shape, &codec), 0);
	return codec;
}

/* Every entry in the kernel's order. */
static void print_entries(int fd, const struct bpf_map_info *info, struct format_run *format, struct text_buf *out)
{
	uint8_t keys[2][256], *value = malloc(value_bytes(info));
	unsigned at = 0;

	for (void *key = NULL; !bpf_map_get_next_key(fd, key, keys[at]); at = !at) {
		key = keys[at];
		assert_int_equal(bpf_map_lookup_elem(fd, key, value), 0);
		assert_int_equal(format_entry(format, key, value, out), 0);
	}
	free(value);
}

static void print_form(const char *name, int fd, const struct bpf_map_info *info, const struct codec *codec,
		       const char *form)
{
	const struct format_map map = { .name = name, .path = "corpus" };
	struct format_run *format = NULL;
	struct text_buf out = { 0 };

	assert_int_equal(format_run_new(format_find(form), codec, &map, &format), 0);
	for (unsigned pass = 0; pass < format_passes(format); pass++) {
		assert_int_equal(format_pass(format, pass, &out), 0);
		print_entries(fd, info, format, &out);
	}
	assert_int_equal(format_end(format, &out), 0);
	save(&out, name, form);
	text_free(&out);
	format_run_free(format);
}

static void print_h(const char *name, const struct bpf_map_info *info, const struct codec *codec)
{
	struct text_buf out = { 0 };

	assert_int_equal(cdecl_print(codec, name, &out), 0);
	assert_int_equal(text_printf(&out,
				     "_Static_assert(sizeof(%s_key) == %u, \"\");\n"
				     "_Static_assert(sizeof(%s_value) == %u, \"\");\n",
				     name, info->key_size, name, info->value_size), 0);
	save(&out, name, "h");
	text_free(&out);
}

/* Also what bpftool says, if that is to be compared. */
static void print_forms(const char *name, int fd, bool bpftool)
{
	static const char *const forms[] = { "json", "csv", "tsv", "prom" };
	struct bpf_map_info info;
	struct btf *btf;
	struct codec *codec;

	info_of(fd, &info);
	btf = info.btf_id ? btf__load_from_kernel_by_id(info.btf_id) : NULL;
	codec = codec_of(&info, btf);
	for (size_t i = 0; i < COUNT(forms); i++)
		print_form(name, fd, &info, codec, forms[i]);
	print_h(name, &info, codec);
	if (bpftool)
		RUN("PATH=$PATH:/usr/sbin bpftool -j map dump id %u >%s/%s.bpftool", info.id, dir, name);
	codec_free(codec);
	btf__free(btf);
}

/* A map's name as a file name and an identifier: .data is data. */
static const char *plain_name(const struct bpf_map *map)
{
	const char *name = bpf_map__name(map), *dot = strchr(name, '.');

	return dot ? dot + 1 : name;
}

/* ---- tests ---- */

static int load(void **state)
{
	const char *tmp = getenv("TMPDIR");
	struct bpf_map *map;

	(void)state;
	snprintf(dir, sizeof(dir), "%s/corpus-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(dir))
		return -1;
	object = bpf_object__open_file(OBJECT, NULL);
	if (!object || bpf_object__load(object))
		return -1;
	bpf_object__for_each_map(map, object) {
		struct bpf_map_info info;

		info_of(bpf_map__fd(map), &info);
		if (*bpf_map__name(map) != '.' && !strchr(bpf_map__name(map), '.'))
			fill(bpf_map__name(map), bpf_map__fd(map), &info);
		print_forms(plain_name(map), bpf_map__fd(map), !is_loose(bpf_map__name(map)));
	}
	return 0;
}

static int unload(void **state)
{
	(void)state;
	bpf_object__close(object);
	return run("rm -rf --one-file-system %s", dir);
}

/* bpftool leaves out the key of global data, which is 0. */
static void as_bpftool(void **state)
{
	struct bpf_map *map;
	unsigned n = 0;

	(void)state;
	bpf_object__for_each_map(map, object) {
		const char *name = plain_name(map);

		if (is_loose(name))
			continue;
		RUN("cd %s && jq -S . %s.json >ours && jq -S 'map({key: 0} + .formatted)' %s.bpftool >theirs && "
		    "diff theirs ours", dir, name, name);
		n++;
	}
	assert_true(n >= 40);
}

/* jq knows numbers as doubles only. */
static void exact_numbers(void **state)
{
	(void)state;
	RUN(CHECK " json %s/*.json", dir);
}

static void csv_is_read(void **state)
{
	(void)state;
	RUN(CHECK " csv %s/*.csv >%s/rows", dir, dir);
	RUN("for f in %s/*.csv; do sqlite3 :memory: \".import --csv $f t\" 'select count(*) from t'; done | "
	    "cmp - %s/rows", dir, dir);
}

static void headers_compile(void **state)
{
	(void)state;
	RUN("gcc -std=gnu11 -Wall -Wextra -Werror -fsyntax-only -x c %s/*.h", dir);
}

static void prom_is_well_formed(void **state)
{
	(void)state;
	RUN(CHECK " prom %s/*.prom", dir);
}

/* All of it as one scrape. promtool's status 3 is advice about names, which are not ours to choose. */
static void prom_is_taken(void **state)
{
	int status;

	(void)state;
	if (run("command -v promtool >/dev/null"))
		skip();
	status = run("cat %s/*.prom | promtool check metrics >%s/advice 2>&1", dir, dir);
	if (status && status != 3)
		run("cat %s/advice", dir);
	assert_true(status == 0 || status == 3);
}

/* Neither padding nor kernel-only fields, which are not in the text. */
static bool is_dense(const char *name)
{
	static const char *const names[] = {
		"c_stats", "c_packed", "c_nested", "c_matrix", "c_struct_matrix", "c_longs", "c_union", "c_unions",
		"c_u128", "c_double", "c_float", "c_pointer", "c_enum", "c_text", "c_texts", "c_be16", "c_be32",
		"k_text", "k_flow", "k_padded", "m_untyped", "m_lpm", "m_lru", "m_percpu_array",
	};

	for (size_t i = 0; i < COUNT(names); i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static void line_leads_back(const struct codec *codec, int fd, const struct bpf_map_info *info, const char *line)
{
	uint8_t key[256], value[4096] = { 0 }, there[4096];
	struct text_note note = { "" };

	if (tsv_parse(codec, line, strcspn(line, "\n"), key, value, NULL, NULL, &note) != TEXT_WHOLE)
		fail_msg("%s: %s", line, note.msg);
	assert_int_equal(bpf_map_lookup_elem(fd, key, there), 0);
	assert_memory_equal(value, there, value_bytes(info));
}

/* A line of the tsv is the entry that it was printed from. */
static void tsv_leads_back(void **state)
{
	struct bpf_map *map;

	(void)state;
	bpf_object__for_each_map(map, object) {
		char path[600], line[8192];
		struct bpf_map_info info;
		unsigned n = 0;

		if (!is_dense(bpf_map__name(map)))
			continue;
		info_of(bpf_map__fd(map), &info);
		struct btf *btf = info.btf_id ? btf__load_from_kernel_by_id(info.btf_id) : NULL;
		struct codec *codec = codec_of(&info, btf);
		snprintf(path, sizeof(path), "%s/%s.tsv", dir, plain_name(map));
		FILE *f = fopen(path, "r");
		assert_non_null(f);
		for (; fgets(line, sizeof(line), f); n++)
			line_leads_back(codec, bpf_map__fd(map), &info, line);
		assert_true(n >= 3);
		fclose(f);
		codec_free(codec);
		btf__free(btf);
	}
}

/* ---- specifications ---- */

static char *spec_of(int fd)
{
	struct bpfmap_info info = { .size = sizeof(info) };
	struct bpfmap *map = NULL;
	struct btf *btf = NULL;
	struct text_buf out = { 0 };

	OK(bpfmap_open_fd(dup(fd), &map));
	OK(bpfmap_info(map, &info));
	bpfmap_btf(map, &btf);
	assert_int_equal(spec_print(&(struct spec_source){ .info = &info, .btf = btf }, &out), 0);
	btf__free(btf);
	bpfmap_free(map);
	return out.data;
}

static void copy_entries(int from, int to, const struct bpf_map_info *info)
{
	uint8_t keys[2][256], *value = malloc(value_bytes(info));
	unsigned at = 0;

	for (void *key = NULL; !bpf_map_get_next_key(from, key, keys[at]); at = !at) {
		key = keys[at];
		assert_int_equal(bpf_map_lookup_elem(from, key, value), 0);
		assert_int_equal(bpf_map_update_elem(to, key, value, 0), 0);
	}
	free(value);
}

static void copy_by_spec(const char *name, int fd)
{
	char *line = spec_of(fd), *again, copied[64];
	struct spec_parsed *parsed = NULL;
	struct bpfmap *copy = NULL;
	struct text_note note = { "" };
	struct bpf_map_info info;

	if (spec_parse(line, strlen(line), &parsed, &note))
		fail_msg("%s: %s", line, note.msg);
	OK(bpfmap_create(&parsed->spec, NULL, &copy));
	info_of(bpfmap_fd(copy), &info);
	assert_int_equal(!info.btf_id, !strcmp(name, "m_untyped"));
	again = spec_of(bpfmap_fd(copy));
	assert_string_equal(line, again);
	copy_entries(fd, bpfmap_fd(copy), &info);
	snprintf(copied, sizeof(copied), "%s_copy", name);
	print_forms(copied, bpfmap_fd(copy), !is_loose(name));
	bpfmap_free(copy);
	spec_parsed_free(parsed);
	free(line);
	free(again);
}

/* Filled with the same entries, copies are the same to bpftool and to us. */
static void copies_by_spec(void **state)
{
	struct bpf_map *map;

	(void)state;
	bpf_object__for_each_map(map, object)
		if (!strchr(bpf_map__name(map), '.'))
			copy_by_spec(bpf_map__name(map), bpf_map__fd(map));
	RUN(CHECK " copies %s/*_copy.json", dir);
}

MAIN(load, unload, T(as_bpftool), T(exact_numbers), T(csv_is_read), T(headers_compile),
     T(prom_is_well_formed), T(prom_is_taken), T(tsv_leads_back), T(copies_by_spec))
