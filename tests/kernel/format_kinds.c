/* SPDX-License-Identifier: MIT */
/* A specification of each type of map makes one, and what is made prints that specification. */
#include "core/text/spectext.h"
#include "kernel.h"

static const struct {
	const char *line;
	const char *prints; /* NULL: the same */
} rows[] = {
	{ "type=hash key=u32 value={packets:u64,bytes:u64} max_entries=1024 name=stats", NULL },
	{ "type=array key=u32 value=u64[4] max_entries=3 flags=mmapable", NULL },
	{ "type=prog_array key=u32 value=u32 max_entries=3", NULL },
	{ "type=perf_event_array key_size=4 value_size=4 max_entries=1", NULL },
	{ "type=percpu_hash key=char[16] value={n:u64} max_entries=7", NULL },
	{ "type=percpu_array key=u32 value=s64 max_entries=2", NULL },
	{ "type=stack_trace key_size=4 value_size=64 max_entries=8", NULL },
	{ "type=cgroup_array key_size=4 value_size=4 max_entries=2", NULL },
	{ "type=lru_hash key={saddr:be32,dport:be16,proto:u8} value=mac max_entries=64 flags=no_common_lru", NULL },
	{ "type=lru_percpu_hash key=u64 value={a:u8,b:u32} max_entries=64", NULL },
	{ "type=lpm_trie key={prefixlen:u32,addr:ipv4} value=bool max_entries=9 flags=no_prealloc", NULL },
	{ "type=array_of_maps key_size=4 max_entries=2 inner={type=array key=u32 value={x:u32} max_entries=5}",
	  "type=array_of_maps key_size=4 value_size=4 max_entries=2 inner={type=array key=u32 value={x:u32} max_entries=5}" },
	{ "type=hash_of_maps key_size=8 value_size=4 max_entries=2 inner={type=hash key=u64 value=u8 max_entries=5}", NULL },
	{ "type=devmap key_size=4 value_size=4 max_entries=4", NULL },
	{ "type=sockmap key_size=4 value_size=8 max_entries=4", NULL },
	{ "type=cpumap key_size=4 value_size=4 max_entries=1", NULL },
	{ "type=xskmap key_size=4 value_size=4 max_entries=4", NULL },
	{ "type=sockhash key_size=6 value_size=8 max_entries=4", NULL },
	{ "type=cgroup_storage key_size=8 value_size=16", NULL },
	{ "type=reuseport_sockarray key_size=4 value_size=8 max_entries=4", NULL },
	{ "type=queue value_size=8 max_entries=5", NULL },
	{ "type=stack value_size=8 max_entries=5", NULL },
	/* the kernel takes no types for these: they are made without */
	{ "type=queue value={a:u64} max_entries=5", "type=queue value_size=8 max_entries=5" },
	{ "type=sk_storage key=s32 value={seen:u64} flags=no_prealloc", NULL },
	{ "type=devmap_hash key_size=4 value_size=8 max_entries=4", NULL },
	{ "type=ringbuf max_entries=4096", NULL },
	{ "type=inode_storage key=s32 value={seen:u64} flags=no_prealloc", NULL },
	{ "type=task_storage key=s32 value={seen:u64} flags=no_prealloc", NULL },
	{ "type=bloom_filter value=u32 max_entries=100 map_extra=3", NULL },
	{ "type=user_ringbuf max_entries=4096", NULL },
	{ "type=cgrp_storage key=s32 value={seen:u64} flags=no_prealloc", NULL },
	{ "type=arena max_entries=2 flags=mmapable", NULL },
	{ "type=struct_ops kernel_value=bpf_struct_ops_tcp_congestion_ops max_entries=1", NULL },
	{ "type=struct_ops kernel_value=bpf_struct_ops_tcp_congestion_ops",
	  "type=struct_ops kernel_value=bpf_struct_ops_tcp_congestion_ops max_entries=1" },
};

static void print_map(const struct bpfmap *map, const struct spec_source *inner, struct text_buf *out)
{
	struct bpfmap_info info = { .size = sizeof(info) };
	struct btf *btf = NULL;

	OK(bpfmap_info(map, &info));
	bpfmap_btf(map, &btf);
	assert_int_equal(spec_print(&(struct spec_source){ .info = &info, .btf = btf, .inner = inner }, out), 0);
	btf__free(btf);
}

/* What the inner map of a specification is, asked of one that is made from it. */
static void print_with_inner(const struct bpfmap *map, const struct spec_parsed *spec, struct text_buf *out)
{
	struct bpfmap_info info = { .size = sizeof(info) };
	struct bpfmap *inner;
	struct btf *btf = NULL;

	OK(bpfmap_create(&spec->inner->spec, NULL, &inner));
	OK(bpfmap_info(inner, &info));
	bpfmap_btf(inner, &btf);
	print_map(map, &(struct spec_source){ .info = &info, .btf = btf }, out);
	btf__free(btf);
	bpfmap_free(inner);
}

static void round_trip(const char *line, const char *prints)
{
	struct spec_parsed *spec = NULL;
	struct text_buf out = { 0 };
	struct text_note note = { "" };
	struct bpfmap *map = NULL;

	if (spec_parse(line, strlen(line), &spec, &note))
		fail_msg("%s: %s", line, note.msg);
	if (bpfmap_has_type(spec->spec.type) == -EOPNOTSUPP) {
		print_message("not in this kernel: %s\n", line);
	} else {
		if (bpfmap_create(&spec->spec, NULL, &map))
			fail_msg("%s: %s", line, bpfmap_errmsg());
		if (spec->inner)
			print_with_inner(map, spec, &out);
		else
			print_map(map, NULL, &out);
		assert_string_equal(out.data, prints ? prints : line);
		bpfmap_free(map);
	}
	text_free(&out);
	spec_parsed_free(spec);
}

static void round_trips(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		round_trip(rows[i].line, rows[i].prints);
}

MAIN(NULL, NULL, T(round_trips))
