// SPDX-License-Identifier: MIT
/*
 * perf: reads a perf event array.
 *
 * Each online CPU gets an event of the reader's, whose ring of pages programs on that CPU write
 * to through the array. The array is opened anew for that: the kernel takes out what was put in
 * through one open file when that file is closed, and so nothing else than what this reader put in.
 *
 * Records come from one ring at a time: it is left only when all that came from it is released,
 * so that a mark is a position of that ring.
 */
#include "cleanup.h"
#include "cpu.h"
#include "records.h"
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define RING_PAGES 64   /* of data, a power of two, for each CPU */
#define RECORD_MOST 65536 /* a record's size is told in 16 bits */

struct cpu_ring {
	int fd; /* the event's; -1: this CPU has none */
	struct perf_event_mmap_page *meta;
	uint64_t at;       /* the next record begins here */
	uint64_t released; /* data_tail */
};

struct perf {
	struct bpfmap_records base; /* fd: an epoll of the events */
	int map; /* a file of its own: see above */
	bool entries_stay; /* BPF_F_PRESERVE_ELEMS: it does not take them out */
	size_t page, size; /* size: of a ring's data */
	struct cpu_ring *rings;
	uint32_t n, current;
	/* The record at hand, so that its bytes begin at a multiple of 8. */
	union {
		uint8_t bytes[RECORD_MOST + 8];
		uint64_t align;
	} copy;
};

/* ---- one ring ---- */

static void release_ring(struct cpu_ring *ring, uint64_t mark)
{
	ring->released = mark;
	__atomic_store_n(&ring->meta->data_tail, mark, __ATOMIC_SEQ_CST);
}

/* Copies bytes that may begin again at the start of the ring. */
static void copy_out(const struct perf *perf, const struct cpu_ring *ring, void *to, size_t len)
{
	const uint8_t *data = (const uint8_t *)ring->meta + perf->page;
	size_t from = ring->at & (perf->size - 1);
	size_t first = len < perf->size - from ? len : perf->size - from;

	memcpy(to, data + from, first);
	memcpy((uint8_t *)to + first, data, len - first);
}

/* What a record of the kernel's says: true if it is one for the caller. */
static bool understand(const uint8_t *record, struct bpfmap_record *ret_record)
{
	const struct perf_event_header *head = (const void *)record;
	const uint8_t *body = record + sizeof(*head);
	uint32_t size;
	uint64_t lost[2]; /* the event's id, and how many */

	if (head->type == PERF_RECORD_SAMPLE && head->size >= sizeof(*head) + sizeof(size)) {
		memcpy(&size, body, sizeof(size));
		ret_record->data = body + sizeof(size);
		ret_record->size = size;
		ret_record->lost = 0;
		return size <= head->size - sizeof(*head) - sizeof(size);
	}
	if (head->type == PERF_RECORD_LOST && head->size >= sizeof(*head) + sizeof(lost)) {
		memcpy(lost, body, sizeof(lost));
		*ret_record = (struct bpfmap_record){ .data = body, .lost = lost[1] };
		return true;
	}
	return false;
}

static int next_of(struct perf *perf, struct cpu_ring *ring, struct bpfmap_record *ret_record)
{
	uint8_t *record = perf->copy.bytes + 4; /* 4 + header + size: the bytes begin at 16 */
	struct perf_event_header head;

	for (;;) {
		uint64_t end = __atomic_load_n(&ring->meta->data_head, __ATOMIC_ACQUIRE);
		if (end == ring->at)
			return 0;
		copy_out(perf, ring, &head, sizeof(head));
		if (head.size < sizeof(head) || head.size > end - ring->at) {
			release_ring(ring, ring->at = end);
			return bm_records_err(perf->base.who, -ESTALE, "a ring holds what is no record");
		}
		copy_out(perf, ring, record, head.size);
		bool first = ring->released == ring->at;
		ring->at += head.size;
		if (understand(record, ret_record)) {
			ret_record->mark = ring->at;
			return 1;
		}
		if (first)
			release_ring(ring, ring->at);
	}
}

/* ---- all of them ---- */

/* The events' wake-ups are over once they have been seen. */
static void calm(struct perf *perf)
{
	struct epoll_event seen[16];

	while (epoll_wait(perf->base.fd, seen, 16, 0) == 16)
		;
}

static int next(struct bpfmap_records *records, struct bpfmap_record *ret_record)
{
	struct perf *perf = (struct perf *)records;
	struct cpu_ring *ring = &perf->rings[perf->current];

	if (ring->at != ring->released)
		return next_of(perf, ring, ret_record);
	for (int tries = 0; tries < 2; tries++) { /* once more after the wake-ups are forgotten */
		for (uint32_t i = 1; i <= perf->n; i++) {
			uint32_t cpu = (perf->current + i) % perf->n;
			int got = perf->rings[cpu].meta ? next_of(perf, &perf->rings[cpu], ret_record) : 0;

			if (got) {
				perf->current = cpu;
				return got;
			}
		}
		if (!tries)
			calm(perf);
	}
	return 0;
}

static void release(struct bpfmap_records *records, uint64_t mark)
{
	struct perf *perf = (struct perf *)records;

	release_ring(&perf->rings[perf->current], mark);
}

static void take_down(struct bpfmap_records *records)
{
	struct perf *perf = (struct perf *)records;

	for (uint32_t cpu = 0; perf->rings && cpu < perf->n; cpu++) {
		struct cpu_ring *ring = &perf->rings[cpu];
		if (ring->fd < 0)
			continue;
		if (perf->entries_stay)
			bm_sys_delete(perf->map, &cpu);
		if (ring->meta)
			munmap(ring->meta, perf->page + perf->size);
		close(ring->fd);
	}
	if (perf->map >= 0)
		close(perf->map);
	free(perf->rings);
}

static const struct bm_records_ops ops = { .next = next, .release = release, .free = take_down };

static int open_event(uint32_t cpu)
{
	struct perf_event_attr attr = { .type = PERF_TYPE_SOFTWARE, .size = sizeof(attr),
		.config = PERF_COUNT_SW_BPF_OUTPUT, .sample_type = PERF_SAMPLE_RAW, .sample_period = 1,
		.wakeup_events = 1 };
	int fd = (int)syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* An event of that CPU, mapped and running, is put into the array. A CPU that is not online has none. */
static int install(struct perf *perf, uint32_t cpu)
{
	struct cpu_ring *ring = &perf->rings[cpu];
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = cpu };
	int fd = open_event(cpu);

	if (fd == -ENODEV)
		return 0;
	if (fd < 0)
		return fd;
	ring->fd = fd;
	void *pages = mmap(NULL, perf->page + perf->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (pages == MAP_FAILED)
		return -errno;
	ring->meta = pages;
	if (ioctl(fd, PERF_EVENT_IOC_ENABLE, 0) || epoll_ctl(perf->base.fd, EPOLL_CTL_ADD, fd, &event))
		return -errno;
	return bm_sys_update(perf->map, &cpu, &fd, BPF_ANY);
}

/* The array as a file of the reader's own, and so with the rights of the caller's. */
static int open_map(struct perf *perf, const struct bpfmap *map)
{
	if (!(map->traits & BPFMAP_WRITABLE))
		return -EPERM;
	perf->map = map->id ? bm_sys_open_map(map->id, 0) : fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	if (perf->map < 0)
		return map->id ? perf->map : -errno;
	perf->base.fd = epoll_create1(EPOLL_CLOEXEC);
	return perf->base.fd < 0 ? -errno : 0;
}

static int set_up(struct perf *perf, const struct bpfmap *map)
{
	int cpus = bpfmap_possible_cpus();
	int err = cpus < 0 ? cpus : open_map(perf, map);

	if (err)
		return err;
	perf->n = (uint32_t)cpus < map->max_entries ? (uint32_t)cpus : map->max_entries;
	perf->rings = calloc(perf->n, sizeof(*perf->rings));
	if (!perf->rings)
		return -ENOMEM;
	for (uint32_t cpu = 0; cpu < perf->n; cpu++)
		perf->rings[cpu].fd = -1;
	for (uint32_t cpu = 0; cpu < perf->n && !err; cpu++)
		err = install(perf, cpu);
	return err;
}

int bm_perf_open(const struct bpfmap *map, struct bpfmap_records **ret_records)
{
	struct perf *perf = calloc(1, sizeof(*perf));

	if (!perf)
		return bm_err_op(map, BM_OP_RECORDS, -ENOMEM, NULL);
	perf->base.ops = &ops;
	perf->base.fd = perf->map = -1;
	perf->entries_stay = map->flags & BPF_F_PRESERVE_ELEMS;
	perf->page = (size_t)sysconf(_SC_PAGESIZE);
	perf->size = RING_PAGES * perf->page;
	bpfmap_print(map, perf->base.who, sizeof(perf->base.who));
	int err = set_up(perf, map);
	if (err) {
		bpfmap_records_free(&perf->base);
		return bm_err_op(map, BM_OP_RECORDS, err, NULL);
	}
	*ret_records = &perf->base;
	return 0;
}
