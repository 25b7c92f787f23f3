/* SPDX-License-Identifier: MIT */
/*
 * The law of the text layer, on generated types and bytes: text leads back to the bytes it was
 * printed from, and two keys never share a name. SEED= repeats a run, PAIRS= makes it longer.
 */
#include "text_help.h"

#define MAX_SIZE  192
#define MAX_DEPTH 3

static uint64_t seed, state;

static uint32_t rnd(uint32_t below)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return below ? (uint32_t)((state >> 20) % below) : 0;
}

/* ---- types, with the bits that each of them uses ---- */

struct made {
	int id;
	uint32_t size;
	uint8_t used[MAX_SIZE]; /* a bit is set where a value of the type has data */
	bool kernel;            /* has kernel-only parts: no type for a key */
};

static struct made make_type(struct types *t, unsigned depth);

static struct made filled(int id, uint32_t size)
{
	struct made m = { .id = id, .size = size };

	assert_true(id > 0);
	memset(m.used, 0xff, size);
	return m;
}

static const char *fresh(const char *stem)
{
	static char names[8][24];
	static unsigned n;
	char *name = names[++n % 8];

	snprintf(name, sizeof(names[0]), "%s%u", stem, n);
	return name;
}

static struct made make_enum(struct types *t)
{
	uint32_t size = 1u << rnd(4), n = rnd(6);
	bool wide = size == 8 || rnd(2), is_signed = rnd(2);
	int id = wide ? btf__add_enum64(t->btf, fresh("e"), size, is_signed) :
			btf__add_enum(t->btf, fresh("e"), size);

	for (uint32_t i = 0; i < n; i++) {
		int64_t v = rnd(3) ? (int64_t)rnd(4) : (int64_t)rnd(200) - 100;

		if (wide)
			btf__add_enum64_value(t->btf, fresh("E"), (uint64_t)v);
		else
			btf__add_enum_value(t->btf, fresh("E"), v);
	}
	return filled(id, size);
}

static struct made make_scalar(struct types *t)
{
	const int one[] = { t->u8, t->s8, t->chr, t->bln }, two[] = { t->u16, t->s16, t->be16 };
	const int four[] = { t->u32, t->s32, t->be32 }, eight[] = { t->u64, t->s64, t->be64 };

	switch (rnd(9)) {
	case 0:
		return filled(one[rnd(4)], 1);
	case 1:
		return filled(two[rnd(3)], 2);
	case 2:
		return filled(four[rnd(3)], 4);
	case 3:
		return filled(eight[rnd(3)], 8);
	case 4:
		return filled(rnd(2) ? t->u128 : t->s128, 16);
	case 5:
		return filled(btf__add_ptr(t->btf, 0), 8);
	case 6:
		return rnd(2) ? filled(btf__add_float(t->btf, fresh("f"), 4), 4) :
				filled(btf__add_float(t->btf, fresh("d"), 8), 8);
	case 7:
		return rnd(2) ? filled(btf__add_struct(t->btf, "in_addr", 4), 4) :
				filled(btf__add_struct(t->btf, "in6_addr", 16), 16);
	default:
		return make_enum(t);
	}
}

static struct made make_array(struct types *t, unsigned depth)
{
	static const uint32_t counts[] = { 0, 1, 2, 3, 4, 6, 7, 16 };
	struct made item = rnd(3) ? make_type(t, depth) : filled(rnd(2) ? t->u8 : t->chr, 1);
	struct made m = item;
	uint32_t n = counts[rnd(8)];

	if (item.size * n > MAX_SIZE / 2)
		n = 1;
	m.id = array_of(t, item.id, n);
	m.size = item.size * n;
	memset(m.used, 0, sizeof(m.used));
	for (uint32_t i = 0; i < n; i++)
		memcpy(m.used + i * item.size, item.used, item.size);
	return m;
}

static struct made make_kernel(struct types *t)
{
	static const struct {
		const char *name;
		uint32_t size;
	} rows[] = { { "bpf_timer", 16 }, { "bpf_list_head", 16 }, { "bpf_refcount", 4 },
		     { "bpf_rb_root", 16 } };
	uint32_t i = rnd(5);
	struct made m = { .kernel = true };

	if (i == 4) {
		int to = btf__add_struct(t->btf, fresh("o"), 8);

		m.id = btf__add_ptr(t->btf, btf__add_type_tag(t->btf, "kptr", to));
		m.size = 8;
		return m;
	}
	m.size = rows[i].size;
	m.id = btf__add_struct(t->btf, rows[i].name, m.size);
	btf__add_field(t->btf, "hidden", t->u32, 0, 0);
	return m;
}

/* A member of a struct that is being laid out before it is added. */
struct part {
	struct made m;
	uint32_t bit, bits; /* bits: of a bit-field, else 0 */
	bool unnamed;
};

static void use(struct made *m, const struct part *p)
{
	for (uint32_t i = 0; p->bits && i < p->bits; i++)
		m->used[(p->bit + i) / 8] |= (uint8_t)(1u << (p->bit + i) % 8);
	for (uint32_t i = 0; !p->bits && i < p->m.size; i++)
		m->used[p->bit / 8 + i] |= p->m.used[i];
	m->kernel |= p->m.kernel;
}

static bool is_unnamed_composite(struct types *t, int id)
{
	const struct btf_type *type = btf__type_by_id(t->btf, (uint32_t)id);

	return btf_is_composite(type) && !*btf__name_by_offset(t->btf, type->name_off);
}

static struct part make_part(struct types *t, unsigned depth, bool in_union)
{
	struct part p = { 0 };
	const int ints[] = { t->u32, t->s32, t->u64, t->u8, t->s16 };
	const uint32_t sizes[] = { 4, 4, 8, 1, 2 };
	uint32_t i = rnd(5);

	if (!in_union && !rnd(12)) {
		p.m = make_kernel(t);
	} else if (!rnd(5)) {
		p.m = filled(ints[i], sizes[i]);
		p.bits = 1 + rnd(sizes[i] * 8);
	} else {
		p.m = make_type(t, depth);
		p.unnamed = is_unnamed_composite(t, p.m.id) && rnd(2);
	}
	return p;
}

/* Lays out the parts, with gaps now and then; returns the size. */
static uint32_t lay_out(struct part *parts, uint32_t *n, bool is_union)
{
	uint32_t bit = 0, end = 0, used = 0;

	for (uint32_t i = 0; i < *n; i++) {
		struct part p = parts[i];
		uint32_t bits = p.bits ? p.bits : p.m.size * 8;

		if (!p.bits)
			bit = (bit + 7) / 8 * 8;
		if (!rnd(4) && !is_union)
			bit += p.bits ? rnd(5) : 8 * rnd(4);
		if (p.bits && bit / 8 != (bit + bits - 1) / 8 && (bit % 8) + bits > 64)
			bit = (bit + 7) / 8 * 8;
		if (bit + bits > MAX_SIZE / 2 * 8)
			break;
		p.bit = is_union ? 0 : bit;
		parts[used++] = p;
		bit = is_union ? 0 : bit + bits;
		end = p.bit + bits > end ? p.bit + bits : end;
	}
	*n = used;
	return (end + 7) / 8 + (rnd(4) ? 0 : rnd(4));
}

static struct made make_struct(struct types *t, unsigned depth)
{
	bool is_union = !rnd(3);
	struct part parts[5];
	uint32_t n = 1 + rnd(5);
	struct made m = { 0 };

	for (uint32_t i = 0; i < n; i++)
		parts[i] = make_part(t, depth + 1, is_union);
	m.size = lay_out(parts, &n, is_union);
	m.id = (is_union ? btf__add_union : btf__add_struct)(t->btf, rnd(2) ? fresh("s") : NULL, m.size);
	assert_true(m.id > 0);
	for (uint32_t i = 0; i < n; i++) {
		const char *name = parts[i].unnamed ? NULL : rnd(20) ? fresh("m") : rnd(2) ? "total" : "cpu0";

		assert_int_equal(btf__add_field(t->btf, name, parts[i].m.id, parts[i].bit, parts[i].bits), 0);
		use(&m, &parts[i]);
	}
	return m;
}

static struct made make_type(struct types *t, unsigned depth)
{
	struct made m = depth > MAX_DEPTH ? make_scalar(t) :
			!rnd(4)		  ? make_array(t, depth + 1) :
			rnd(2)		  ? make_struct(t, depth) :
					    make_scalar(t);

	switch (rnd(8)) {
	case 0:
		m.id = btf__add_typedef(t->btf, fresh("t"), m.id);
		break;
	case 1:
		m.id = btf__add_const(t->btf, m.id);
		break;
	case 2:
		m.id = btf__add_volatile(t->btf, m.id);
		break;
	}
	return m;
}

/* ---- bytes ---- */

static void make_bytes(uint8_t *bytes, uint32_t size)
{
	static const char letters[] = "abcZ09 .:,=-_%\"'\\\n~\xc3\xa9\xff";
	uint32_t how = rnd(6);

	for (uint32_t i = 0; i < size; i++)
		bytes[i] = how == 0 ? 0 :
			   how == 1 ? 0xff :
			   how == 2 ? (uint8_t)letters[rnd(sizeof(letters))] :
			   how == 3 ? (uint8_t)(rnd(8) ? 0 : rnd(256)) :
			   how == 4 ? (uint8_t)rnd(3) :
				      (uint8_t)rnd(256);
}

static void mask_bytes(uint8_t *bytes, const uint8_t *mask, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++)
		bytes[i] &= mask[i];
}

/* ---- the law ---- */

static void broken(const char *what, const char *text)
{
	fail_msg("%s: SEED=%llu, text: %s", what, (unsigned long long)seed, text);
}

/* Fields in another order, parted by `sep`; texts with quotes are left as they are. */
static void rotate_fields(struct text_buf *b, char sep)
{
	char *cut = memchr(b->data, sep, b->len);
	struct text_buf turned = { 0 };

	if (!cut || memchr(b->data, '"', b->len))
		return;
	assert_int_equal(text_append(&turned, cut + 1, b->len - (size_t)(cut + 1 - b->data)), 0);
	assert_int_equal(text_append(&turned, &sep, 1), 0);
	assert_int_equal(text_append(&turned, b->data, (size_t)(cut - b->data)), 0);
	text_free(b);
	*b = turned;
}

/* "path=text" of a name to "text"; not where that would be a lone 0x…, which is bytes (R10). */
static void strip_labels(struct text_buf *b)
{
	struct text_buf bare = { 0 };

	for (char *s = b->data, *end; s; s = end ? end + 1 : NULL) {
		char *equals = strchr(s, '=');

		end = strchr(s, ',');
		if (equals && (!end || equals < end))
			s = equals + 1;
		assert_int_equal(text_append(&bare, s, end ? (size_t)(end + 1 - s) : strlen(s)), 0);
	}
	if (!strncmp(bare.data, "0x", 2) && !strchr(bare.data, ',')) {
		text_free(&bare);
		return;
	}
	text_free(b);
	*b = bare;
}

static void expect_key(const struct codec *codec, const struct text_buf *name, const uint8_t *key, uint32_t size)
{
	struct text_note note = { "" };
	uint8_t back[MAX_SIZE];

	memset(back, 0x5a, sizeof(back));
	if (name_parse(codec, name->data, name->len, back, &note))
		broken(note.msg, name->data);
	if (memcmp(back, key, size))
		broken("another key", name->data);
}

static void check_name(const struct codec *codec, const struct made *m)
{
	struct text_buf name = { 0 }, other = { 0 };
	uint8_t key[MAX_SIZE], twin[MAX_SIZE];
	uint32_t bit = rnd(m->size * 8);

	make_bytes(key, m->size);
	if (rnd(2))
		mask_bytes(key, m->used, m->size);
	assert_int_equal(name_print(codec, key, &name), 0);
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] == '/' || name.data[i] == '~' || name.data[i] & 0x80)
			broken("no file name", name.data);
	if (name.data[0] == '.' || !name.len)
		broken("no file name", name.data);
	expect_key(codec, &name, key, m->size);

	memcpy(twin, key, m->size);
	twin[bit / 8] ^= (uint8_t)(1u << bit % 8);
	assert_int_equal(name_print(codec, twin, &other), 0);
	if (name.len == other.len && !memcmp(name.data, other.data, name.len))
		broken("two keys share a name", name.data);
	expect_key(codec, &other, twin, m->size);

	if (rnd(2))
		rotate_fields(&name, ',');
	else
		strip_labels(&name);
	expect_key(codec, &name, key, m->size);
	text_free(&name);
	text_free(&other);
}

static void expect_bits(const struct codec *codec, const struct made *m, uint32_t cpus,
			const struct text_buf *text, const uint8_t *value)
{
	struct text_note note = { "" };
	size_t total = codec_value_bytes(codec);
	uint8_t back[MAX_SIZE * 8];
	uint32_t stride = cpus ? (m->size + 7) / 8 * 8 : m->size;

	memset(back, (int)rnd(256), sizeof(back));
	switch (value_parse(codec, text->data, text->len, back, &note)) {
	case TEXT_WHOLE:
		break;
	case TEXT_PARTIAL:
		broken("a printed value is not whole", text->data);
		break;
	default:
		broken(note.msg, text->data);
	}
	for (size_t i = 0; i < total; i++)
		if (i % stride < m->size && (back[i] ^ value[i]) & m->used[i % stride])
			broken("another value", text->data);
}

static void check_value(const struct codec *codec, const struct made *m, uint32_t cpus)
{
	struct text_buf text = { 0 };
	size_t total = codec_value_bytes(codec);
	uint8_t value[MAX_SIZE * 8];

	make_bytes(value, (uint32_t)total);
	assert_int_equal(value_print(codec, value, &text), 0);
	if (text.len > codec_line_limit(codec))
		broken("longer than the limit", text.data);
	for (size_t i = 0; i < text.len; i++)
		if ((uint8_t)text.data[i] < ' ' || text.data[i] == 0x7f)
			broken("a control byte", text.data);
	expect_bits(codec, m, cpus, &text, value);
	rotate_fields(&text, ' ');
	expect_bits(codec, m, cpus, &text, value);
	text_free(&text);
}

static void check_type(struct types *t, unsigned times)
{
	struct made m = make_type(t, 0);
	uint32_t cpus = rnd(3) ? 0 : 1 + rnd(5);
	struct text_shape shape = { .key_size = m.kernel ? 0 : m.size, .value_size = m.size, .cpus = cpus,
				    .btf = t->btf, .key_type = (uint32_t)m.id, .value_type = (uint32_t)m.id };
	struct codec *codec;

	if (!m.size || m.size > MAX_SIZE)
		return;
	codec = codec_of(shape);
	for (unsigned i = 0; i < times; i++) {
		if (!m.kernel)
			check_name(codec, &m);
		check_value(codec, &m, cpus);
	}
	codec_free(codec);
}

static void test_law(void **unused)
{
	const char *pairs = getenv("PAIRS");
	unsigned types = (pairs ? (unsigned)atoi(pairs) : 120000) / 20;

	(void)unused;
	for (unsigned i = 0; i < types; i += 25) {
		struct types t = types_new();

		for (unsigned k = 0; k < 25; k++)
			check_type(&t, 20);
		btf__free(t.btf);
	}
}

/* ---- small types, every key ---- */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void every_name(struct types *t, int type)
{
	struct codec *codec = codec_both(t, type, 2);
	char **names = calloc(65536, sizeof(*names));

	for (unsigned k = 0; k < 65536; k++) {
		uint8_t key[2] = { (uint8_t)k, (uint8_t)(k >> 8) };
		struct text_buf name = { 0 };

		assert_int_equal(name_print(codec, key, &name), 0);
		expect_key(codec, &name, key, 2);
		names[k] = name.data;
	}
	qsort(names, 65536, sizeof(*names), by_text);
	for (unsigned k = 1; k < 65536; k++)
		if (!strcmp(names[k - 1], names[k]))
			broken("two keys share a name", names[k]);
	for (unsigned k = 0; k < 65536; k++)
		free(names[k]);
	free(names);
	codec_free(codec);
}

static void test_every_small_key(void **unused)
{
	struct types t = types_new();
	int text = array_of(&t, t.chr, 2), bools = array_of(&t, t.bln, 2), e;

	(void)unused;
	every_name(&t, text);
	every_name(&t, bools);
	every_name(&t, t.be16);
	every_name(&t, array_of(&t, array_of(&t, t.chr, 1), 2));
	e = btf__add_enum(t.btf, "e", 2);
	btf__add_enum_value(t.btf, "ONE", 1);
	btf__add_enum_value(t.btf, "UNO", 1);
	btf__add_enum_value(t.btf, "MANY", 40000);
	every_name(&t, e);
	e = btf__add_struct(t.btf, "padded", 2);
	member(&t, "low", t.chr, 0);
	btf__add_field(t.btf, "bits", t.u8, 9, 5);
	every_name(&t, e);
	btf__free(t.btf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_law),
		cmocka_unit_test(test_every_small_key),
	};
	const char *given = getenv("SEED");

	seed = given ? strtoull(given, NULL, 10) : 20240601;
	state = seed | 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
