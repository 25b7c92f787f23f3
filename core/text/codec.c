/* SPDX-License-Identifier: MIT */
/* The codec of one map: its key's plan and its value's. */
#include <bpf/btf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Whether a compiled LPM key is a prefix length and one data member: those have a form of their own. */
static bool is_bare_lpm(const struct codec *codec)
{
	const struct text_shape *s = &codec->shape;
	uint32_t data = 0;

	if (!s->lpm || s->key_size <= 4 || s->key_size > 260)
		return false;
	if (!s->btf || !s->key_type || !codec->key.n_nodes || codec->key.nodes[0].kind != NODE_STRUCT)
		return true;
	for (uint32_t i = 1; i < codec->key.n_nodes; i += 1 + codec->key.nodes[i].subtree)
		data += codec->key.nodes[i].offset >= 4;
	return data <= 1;
}

static int compile(struct codec *codec)
{
	const struct text_shape *s = &codec->shape;
	const struct btf *btf = s->keys_are_indices ? NULL : s->btf;
	int err = plan_compile(&codec->key, btf, s->key_type, s->key_size, PLAN_KEY);

	codec->content = content_find(s);
	if (err || codec->content)
		return err ? err : content_compile(&codec->value, codec->content, s->value_size);
	return plan_compile(&codec->value, s->btf, s->value_type, s->value_size,
			    s->content == TEXT_STRUCT_OPS ? PLAN_STRUCT_OPS : PLAN_VALUE);
}

int codec_new(const struct text_shape *shape, struct codec **ret_codec)
{
	struct codec *codec = calloc(1, sizeof(*codec));
	int err;

	if (!codec)
		return -ENOMEM;
	codec->shape = *shape;
	codec->stride = (shape->value_size + 7u) & ~7u;
	err = compile(codec);
	if (err) {
		codec_free(codec);
		return err;
	}
	codec->lpm_bare = is_bare_lpm(codec);
	*ret_codec = codec;
	return 0;
}

void codec_free(struct codec *codec)
{
	if (!codec)
		return;
	plan_free(&codec->key);
	plan_free(&codec->value);
	free(codec);
}

bool codec_has_lock(const struct codec *codec)
{
	return codec->value.has_lock;
}

size_t codec_value_bytes(const struct codec *codec)
{
	const struct text_shape *s = &codec->shape;

	return s->cpus ? (size_t)s->cpus * codec->stride : s->value_size;
}

size_t codec_line_limit(const struct codec *codec)
{
	const struct text_shape *s = &codec->shape;
	size_t fields = codec->value.widest + 16 * (size_t)codec->value.n_printed;
	size_t bytes = 4 * (size_t)s->value_size;

	return 4096 + 2 * ((fields + bytes) * (s->cpus + 1u));
}
