// SPDX-License-Identifier: MIT
// Programs that put records into ring buffers and a perf event array, and take them out of a
// user ring buffer. They are run by ev_run, which hands over their arguments.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define SOURCE_SIZE (1 << 17)
#define KEPT 64

struct point {
	int x, y;
};

struct event {
	__u64 seq;
	__u32 cpu;
	char comm[12];
	struct point at;
};

enum color { RED, GREEN, BLUE };
union either {
	__u32 word;
	__u8 bytes[4];
};
typedef unsigned int number;

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 4096);
} tiny SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, 4);
	__uint(value_size, 4);
} perf SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_USER_RINGBUF);
	__uint(max_entries, 4096);
} inbox SEC(".maps");

// What records are made of: any bytes.
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, 4);
	__uint(value_size, SOURCE_SIZE);
} source SEC(".maps");

// What came out of the inbox: the n-th record's size and first bytes.
struct taken {
	__u32 size;
	__u8 bytes[KEPT];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, struct taken);
} outbox SEC(".maps");

// A program that holds a record tells so, and ends when it is told to.
volatile __u32 holding, let_go;
// Types without a user would not be in the BTF.
struct event an_event;
enum color a_color = GREEN;
union either an_either;
number a_number;

struct put {
	void *map, *ctx;
	__u8 *from;
	__u64 size, seq, flags;
	__u64 failed;
};

static __u8 *source_bytes(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&source, &zero);
}

static long put_into_ring(__u32 i, struct put *p)
{
	__u64 size = p->size;
	__u8 *from = source_bytes();

	if (!from || size > SOURCE_SIZE)
		return 1;
	if (size >= 8)
		*(__u64 *)from = p->seq + i;
	if (bpf_ringbuf_output(&ring, from, size, p->flags))
		p->failed++;
	return 0;
}

// SIZE COUNT SEQ FLAGS: so many records that begin with their number, if they have room for it.
// Returns how many found no room.
SEC("raw_tp") int put(struct bpf_raw_tracepoint_args *ctx)
{
	struct put p = { .size = ctx->args[0], .seq = ctx->args[2], .flags = ctx->args[3] };

	bpf_loop(ctx->args[1], put_into_ring, &p, 0);
	return p.failed;
}

static long put_into_tiny(__u32 i, struct put *p)
{
	__u64 size = p->size;
	__u8 *from = source_bytes();

	if (!from || size > SOURCE_SIZE)
		return 1;
	if (size >= 8)
		*(__u64 *)from = p->seq + i;
	if (bpf_ringbuf_output(&tiny, from, size, p->flags))
		p->failed++;
	return 0;
}

// As put, into the smallest ring there is.
SEC("raw_tp") int put_tiny(struct bpf_raw_tracepoint_args *ctx)
{
	struct put p = { .size = ctx->args[0], .seq = ctx->args[2], .flags = ctx->args[3] };

	bpf_loop(ctx->args[1], put_into_tiny, &p, 0);
	return p.failed;
}

static long put_one_event(__u32 i, struct put *p)
{
	struct event *e = bpf_ringbuf_reserve(&ring, sizeof(*e), 0);

	if (!e) {
		p->failed++;
		return 0;
	}
	e->seq = p->seq + i;
	e->cpu = 7;
	__builtin_memcpy(e->comm, "a name\0\0\0\0\0", 12);
	e->at.x = -1;
	e->at.y = 2;
	bpf_ringbuf_submit(e, 0);
	return 0;
}

// COUNT SEQ: records of struct event.
SEC("raw_tp") int put_event(struct bpf_raw_tracepoint_args *ctx)
{
	struct put p = { .seq = ctx->args[1] };

	bpf_loop(ctx->args[0], put_one_event, &p, 0);
	return p.failed;
}

static long discard_one(__u32 i, void *unused)
{
	void *e = bpf_ringbuf_reserve(&ring, 24, 0);

	if (e)
		bpf_ringbuf_discard(e, 0);
	return 0;
}

// COUNT: reserved and given up.
SEC("raw_tp") int discard(struct bpf_raw_tracepoint_args *ctx)
{
	bpf_loop(ctx->args[0], discard_one, 0, 0);
	return 0;
}

static long wait_a_bit(__u32 i, void *unused)
{
	return let_go ? 1 : 0;
}

static long wait_long(__u32 i, __u64 *until)
{
	bpf_loop(1 << 20, wait_a_bit, 0, 0);
	return let_go || bpf_ktime_get_ns() > *until;
}

// SEQ FLAGS: reserves a record and keeps it until told to let go; then submits it. Nobody can end it from
// outside, and the CPU is busy with it: after so long it gives up by itself.
#define HOLD_MOST (15ull * 1000000000)
SEC("raw_tp") int hold(struct bpf_raw_tracepoint_args *ctx)
{
	__u64 *e = bpf_ringbuf_reserve(&ring, 8, 0);

	if (!e)
		return 1;
	*e = ctx->args[0];
	holding = 1;
	__u64 until = bpf_ktime_get_ns() + HOLD_MOST;
	bpf_loop(1 << 23, wait_long, &until, 0);
	bpf_ringbuf_submit(e, ctx->args[1]);
	return 0;
}


// SIZE COUNT SEQ: into the ring of this CPU; returns how many found none, or no room.
SEC("raw_tp") int put_perf(struct bpf_raw_tracepoint_args *ctx)
{
	__u8 *from = source_bytes();
	__u64 size = ctx->args[0], count = ctx->args[1], seq = ctx->args[2];
	int failed = 0;

	if (!from || size > SOURCE_SIZE)
		return -1;
	for (int i = 0; i < 4096 && i < count; i++) {
		if (size >= 8)
			*(__u64 *)from = seq + i;
		if (bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, from, size))
			failed++;
	}
	return failed;
}

// SEQ: a record of struct event.
SEC("raw_tp") int put_perf_event(struct bpf_raw_tracepoint_args *ctx)
{
	struct event e = { .seq = ctx->args[0], .cpu = 7, .comm = "a name", .at = { -1, 2 } };

	return bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &e, sizeof(e));
}

// The largest record has less than 2^24 bytes. (In a function of its own, as the verifier loses a dynptr
// that the compiler spills, and in the map's memory, since it would follow every value of a register.)
static __attribute__((noinline)) int measure(struct bpf_dynptr *record, volatile __u32 *size)
{
	__u8 byte;

	*size = 0;
#pragma clang loop unroll(disable)
	for (__u32 step = 1 << 23; step; step >>= 1)
		if (!bpf_dynptr_read(&byte, 1, record, *size + step - 1, 0))
			*size += step;
	return *size;
}

static long take_one(struct bpf_dynptr *record, __u32 *n)
{
	struct taken *to = bpf_map_lookup_elem(&outbox, n);
	__u32 size;

	if (!to)
		return 1;
	size = measure(record, &to->size);
	if (size > KEPT)
		size = KEPT;
	for (__u32 i = 0; i < KEPT; i++)
		to->bytes[i] = 0;
	for (__u32 i = 0; i < KEPT && i < size; i++)
		bpf_dynptr_read(&to->bytes[i], 1, record, i, 0);
	++*n;
	return 0;
}

// Takes all out of the inbox, for the outbox; returns how many, or the error.
SEC("raw_tp") int drain(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 n = 0;

	return bpf_user_ringbuf_drain(&inbox, take_one, &n, 0);
}

char _license[] SEC("license") = "Dual MIT/GPL";
