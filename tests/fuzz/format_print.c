/* SPDX-License-Identifier: MIT */
/* Any bytes as keys and values in every format: .json is JSON, a .csv has one number of cells a row. */
#include "format.h"
#include "text_shapes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- JSON: each takes its part off *s, which ends in NUL ---- */

static void json_value(const char **s);

static void json_string(const char **s)
{
	must(*(*s)++ == '"');
	for (; **s != '"'; (*s)++) {
		must((unsigned char)**s >= 0x20);
		if (**s != '\\')
			continue;
		(*s)++;
		must(**s && strchr("\"\\u", **s));
		if (**s != 'u')
			continue;
		for (int i = 0; i < 4; i++)
			must(*++(*s) && strchr("0123456789abcdef", **s));
	}
	(*s)++;
}

static void json_number(const char **s)
{
	char *end;

	must(**s == '-' || (**s >= '0' && **s <= '9'));
	must(!(**s == '0' && (*s)[1] >= '0' && (*s)[1] <= '9'));
	strtod(*s, &end);
	must(end > *s);
	*s = end;
}

static void json_blank(const char **s)
{
	while (**s == '\n')
		(*s)++;
}

static void json_items(const char **s, char close)
{
	for ((*s)++, json_blank(s); **s != close;) {
		if (close == '}') {
			json_string(s);
			must(*(*s)++ == ':');
		}
		json_value(s);
		json_blank(s);
		must(**s == ',' || **s == close);
		if (**s == ',') {
			(*s)++;
			json_blank(s);
			must(**s != close);
		}
	}
	(*s)++;
}

static void json_value(const char **s)
{
	if (**s == '{')
		json_items(s, '}');
	else if (**s == '[')
		json_items(s, ']');
	else if (**s == '"')
		json_string(s);
	else if (!strncmp(*s, "true", 4) || !strncmp(*s, "false", 5))
		*s += **s == 't' ? 4 : 5;
	else
		json_number(s);
}

static void check_json(const struct text_buf *text)
{
	const char *s = text->data;

	json_value(&s);
	must(!strcmp(s, "\n") && s + 1 == text->data + text->len);
}

/* ---- CSV ---- */

static void check_csv(const struct text_buf *text)
{
	unsigned cells = 1, first = 0;
	bool quoted = false;

	for (size_t i = 0; i < text->len; i++) {
		char c = text->data[i];

		quoted ^= c == '"';
		cells += !quoted && c == ',';
		if (quoted || c != '\n')
			continue;
		must(!first || cells == first);
		first = cells;
		cells = 1;
	}
	must(!quoted && first);
}

/* ---- Prometheus: a line is a comment, or ends with a value after its labels ---- */

static void check_prom(const struct text_buf *text)
{
	for (const char *s = text->data, *end; s && *s; s = end + 1) {
		end = strchr(s, '\n');
		must(end != NULL);
		if (*s == '#')
			continue;
		must(!strncmp(s, "bpf_map_m", 9));
		const char *close = memrchr(s, '}', (size_t)(end - s));
		must(close && close[1] == ' ' && end > close + 2);
	}
}

static void check_nothing(const struct text_buf *text)
{
	(void)text;
}

static const struct {
	const char *form;
	void (*check)(const struct text_buf *text);
} forms[] = { { "json", check_json }, { "csv", check_csv }, { "prom", check_prom }, { "tsv", check_nothing } };

static void print_two(struct format_run *run, const uint8_t bytes[2][2 * MAX_BYTES], struct text_buf *out)
{
	must(!text_append(out, "", 0));
	for (unsigned pass = 0; pass < format_passes(run); pass++) {
		must(!format_pass(run, pass, out));
		for (int i = 0; i < 2; i++)
			must(!format_entry(run, bytes[i], bytes[i] + 1, out));
	}
	must(!format_end(run, out));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t bytes[2][2 * MAX_BYTES];
	const struct format_map map = { .name = "m", .path = "a/m" };
	struct codec *codec;

	if (size < 2)
		return 0;
	codec = shape_codec(data[0]);
	memset(bytes, data[1], sizeof(bytes));
	memcpy(bytes, data + 2, size - 2 < sizeof(bytes) ? size - 2 : sizeof(bytes));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct text_buf out = { 0 };
		struct format_run *run;

		must(!format_run_new(format_find(forms[i].form), codec, &map, &run));
		print_two(run, bytes, &out);
		forms[i].check(&out);
		format_run_free(run);
		text_free(&out);
	}
	return 0;
}
