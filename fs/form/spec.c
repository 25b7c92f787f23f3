/* SPDX-License-Identifier: MIT */
/*
 * M.spec: what the map was created with; written where no M exists, it makes the map and pins it (R28). M.h: its C
 * types.
 */
#include <bpf/btf.h>
#include <errno.h>

#include "format.h"
#include "fs/bpffs.h"
#include "fs/forms.h"
#include "fs/family/inner.h"
#include "fs/map.h"
#include "fs/why.h"
#include "spectext.h"

static int print_with_inner(const struct live *live, struct spec_source outer, struct text_buf *out)
{
	struct bpfmap_info info = {.size = sizeof(info)};
	struct spec_source source = {.info = &info};
	struct bpfmap *inner = inner_any(live);
	struct btf *btf = NULL;

	if (inner && !bpfmap_info(inner, &info)) {
		if (!bpfmap_btf(inner, &btf))
			source.btf = btf;
		outer.inner = &source;
	}
	int err = spec_print(&outer, out);
	btf__free(btf);
	bpfmap_free(inner);
	return err;
}

static int spec_render(struct file *file, struct text_buf *out)
{
	const struct live *live = file->live;
	struct bpfmap_info info = {.size = sizeof(info)};
	struct spec_source source = {.info = &info, .btf = live->btf};
	int err = bpfmap_info(live->map, &info);

	if (err)
		return fail_engine(err);
	err = print_with_inner(live, source, out);
	return err ? err : text_append(out, "\n", 1);
}

static int create_and_pin(struct file *file, const struct bpfmap_spec *spec)
{
	struct bpfmap *map;
	int err = bpfmap_create(spec, NULL, &map);

	if (err)
		return fail_engine(err);
	err = bpffs_pin(file->node->parent, map, file->who);
	bpfmap_free(map);
	return err;
}

static int spec_write(struct file *file, const char *data, size_t size, off_t offset)
{
	struct text_note note = {""};
	struct spec_parsed *parsed;
	(void)offset;

	if (!caller_is_root(file->who))
		return fail(EPERM, "only root may create maps");
	struct text_buf name = {0};
	int err = spec_parse(data, size, &parsed, &note);
	if (err)
		return fail(-err, "%s", note.msg);
	if (!parsed->spec.name && !node_name(file->node->parent, &name))
		parsed->spec.name = name.data; /* the engine makes it fit for the kernel */
	err = create_and_pin(file, &parsed->spec);
	text_free(&name);
	spec_parsed_free(parsed);
	return err;
}

const struct file_ops spec_ops = {.render = spec_render, .write = spec_write};

/* The types that C code has to do with, where what is shown as a key is another thing: values, ids for fds. */
static int own_codec(const struct live *live, struct codec **ret_codec)
{
	struct bpfmap_info info = {.size = sizeof(info)};
	int err = bpfmap_info(live->map, &info);
	struct text_shape shape = {
		.key_size = info.key_size,
		.value_size = info.value_size,
		.btf = live->btf,
		.key_type = info.btf_key_type_id,
		.value_type = info.btf_value_type_id,
	};

	return err ? fail_engine(err) : codec_new(&shape, ret_codec);
}

static int h_render(struct file *file, struct text_buf *out)
{
	const struct live *live = file->live;
	struct text_buf name = {0};
	struct codec *own = NULL;
	int err = map_called(file->node, live, &name);

	if (!err && live->key_size != bpfmap_key_size(live->map))
		err = own_codec(live, &own);
	err = err ? err : cdecl_print(own ? own : live->codec, name.data, out);
	codec_free(own);
	text_free(&name);
	return err;
}

const struct file_ops h_ops = {.render = h_render};
