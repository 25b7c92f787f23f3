/* SPDX-License-Identifier: MIT */
/*
 * Device maps and CPU maps: an ifindex or a queue size and, in values of 8 bytes, the program that runs
 * behind it: an fd for the kernel, which gives the id back. Devices are those of the network namespace that
 * this process is in.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <string.h>
#include <unistd.h>

#include "fs/entry.h"
#include "fs/family.h"
#include "fs/family/prog.h"
#include "fs/store.h"
#include "fs/target.h"
#include "fs/why.h"

struct slot {
	uint32_t what; /* ifindex or queue size */
	int32_t prog;  /* to us its id, to the kernel an fd; 0: none */
};

typedef int misfit_fn(const struct live *live, const void *key, const struct slot *slot, int err);

/* Only the hash knows of BPF_NOEXIST, and none of BPF_EXIST. */
static bool knows(const struct live *live, uint64_t flag)
{
	return flag == BPF_ANY || (flag == BPF_NOEXIST && !(live->traits & BPFMAP_ARRAY));
}

/* Stores the slot with the program's fd in place of its id; misfit says what the kernel's refusal means. */
static int store_slot(const struct live *live, const void *key, const void *value, uint64_t flag, misfit_fn *misfit)
{
	struct slot slot = {0};
	int err = knows(live, flag) ? 0 : store_admits(live, key, flag), fd = 0;

	memcpy(&slot, value, live->value_bytes < sizeof(slot) ? live->value_bytes : sizeof(slot));
	if (!err && slot.prog)
		err = prog_open((uint32_t)slot.prog, &fd);
	if (err)
		return err;
	slot.prog = fd;
	err = bpfmap_update(live->map, key, &slot, knows(live, flag) ? flag : BPF_ANY);
	if (err)
		err = misfit(live, key, &slot, err);
	if (fd)
		close(fd);
	return err;
}

static int wrong_program(const struct slot *slot, const char *map, const char *section)
{
	char title[PROG_TITLE];

	return fail(EINVAL, "%s does not fit: a %s map runs programs of type xdp alone, made for it (section %s)",
		    prog_title(slot->prog, title), map, section);
}

static int misfit_device(const struct live *live, const void *key, const struct slot *slot, int err)
{
	char name[IF_NAMESIZE];
	(void)key;

	if (err != -EINVAL)
		return store_refused(live, err);
	if (slot->prog && if_indextoname(slot->what, name))
		return wrong_program(slot, "device", "\"xdp/devmap\"");
	return fail(EINVAL, "there is no network device with the index %u in the driver's network namespace", slot->what);
}

static int update_device(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	uint32_t ifindex;

	memcpy(&ifindex, value, sizeof(ifindex));
	if (!ifindex) /* an array would take it for a delete */
		return fail(EINVAL, "0 is no network device; rm takes an entry out");
	return store_slot(live, key, value, flag, misfit_device);
}

/* A queue's longest; cpumap.c of the kernel. */
#define QUEUE_MOST 16384

static int misfit_cpu(const struct live *live, const void *key, const struct slot *slot, int err)
{
	uint32_t cpu;

	memcpy(&cpu, key, sizeof(cpu));
	if (err == -EOVERFLOW)
		return fail(ERANGE, "a queue of %u frames: the kernel makes none longer than %u", slot->what, QUEUE_MOST);
	if (err == -ENODEV)
		return fail(EINVAL, "this machine cannot have a CPU %u", cpu);
	if (err == -ENOMEM && slot->prog) /* what the kernel says of a program that does not fit, too */
		return wrong_program(slot, "CPU", "\"xdp/cpumap\"");
	return store_refused(live, err);
}

static int update_cpu(const struct live *live, const void *key, const void *value, uint64_t flag)
{
	uint32_t frames;

	memcpy(&frames, value, sizeof(frames));
	if (!frames) /* the kernel would take it for a delete */
		return fail(EINVAL, "a queue has at least one frame; rm takes an entry out");
	return store_slot(live, key, value, flag, misfit_cpu);
}

/* The kernel deletes what is not there, too. */
static int remove_present(const struct live *live, const void *key)
{
	int err = store_admits(live, key, BPF_EXIST);

	if (err)
		return err;
	err = bpfmap_delete(live->map, key);
	return err ? store_refused(live, err) : 0;
}

static int shape_device(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live, (void)info;
	shape->content = TEXT_DEVICE;
	return 0;
}

static int shape_cpu(struct live *live, const struct bpfmap_info *info, struct text_shape *shape)
{
	(void)live, (void)info;
	shape->content = TEXT_CPU;
	return 0;
}

/* ---- lines: prog=PATH → prog=ID ---- */

/* Could the codec read a program's number out of this field? */
static bool may_set_prog(const char *field, size_t len)
{
	return !memchr(field, '=', len) || memmem(field, len, "prog=", 5) || memmem(field, len, "prog+=", 6);
}

static int resolve_field(struct file *file, const char *field, size_t len, struct text_buf *out)
{
	const struct target t = target_of_file(file);

	if (len > 5 && !strncmp(field, "prog=", 5)) {
		int err = text_append(out, field, 5);
		return err ? err : prog_resolve(file, field + 5, len - 5, out);
	}
	if (may_set_prog(field, len) && !caller_is_root(&t.who))
		return fail(EPERM, "only root may store a program by its id; write the path of its pin: prog=/…");
	return text_append(out, field, len);
}

static int resolve(struct file *file, const char *line, size_t len, struct text_buf *out)
{
	const char *end = line + len;
	int err = 0;

	while (!err && line < end) {
		size_t n = 0;
		while (line + n < end && line[n] != ' ' && line[n] != '\t')
			n++;
		err = n ? resolve_field(file, line, n, out) : text_append(out, line, n = 1);
		line += n;
	}
	return err;
}

/* ---- families: of 4 bytes a value has no program ---- */

#define FAMILY(of, ...) \
	{ .entry = &entry_kind, .shape = shape_##of, .update = update_##of, .remove = remove_present, __VA_ARGS__ }

static const struct family *pick_device(const struct bpfmap *map)
{
	static const struct family alone = FAMILY(device), with_prog = FAMILY(device, .resolve = resolve);
	return bpfmap_value_size(map) < sizeof(struct slot) ? &alone : &with_prog;
}

static const struct family *pick_cpu(const struct bpfmap *map)
{
	static const struct family alone = FAMILY(cpu), with_prog = FAMILY(cpu, .resolve = resolve);
	return bpfmap_value_size(map) < sizeof(struct slot) ? &alone : &with_prog;
}

const struct family device_family = {.pick = pick_device}, cpu_family = {.pick = pick_cpu};
