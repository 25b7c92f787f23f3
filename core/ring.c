// SPDX-License-Identifier: MIT
/*
 * ring: reads a ring buffer.
 *
 * Page 0 is the consumer's and writable, page 1 the producer's, and the data follows twice in a
 * row, so that a record that wraps is whole in memory. A record is a header of 8 bytes (length
 * and two bits) and its bytes, at steps of 8. Positions only grow.
 *
 * A record that is committed wakes who waits if it is the one at the consumer's position. So a
 * position is stored before a header is looked at, and commit does the reverse: one of the two
 * sees the other.
 */
#include "records.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct ring {
	struct bpfmap_records base;
	size_t page, size;
	unsigned long *consumer;       /* in a page that is mapped for writing */
	const unsigned long *producer; /* in a page that the data follows */
	const uint8_t *data;
	/* released ≤ handed ≤ at, and between the last two there is nothing but discarded records */
	uint64_t at;       /* where the next record begins */
	uint64_t handed;   /* where the last one that the caller was given ended */
	uint64_t released; /* what the consumer's page says */
};

static void publish(struct ring *ring, uint64_t position)
{
	ring->released = position;
	__atomic_store_n(ring->consumer, (unsigned long)position, __ATOMIC_SEQ_CST);
}

/* With the last one that the caller has goes what was discarded after it. */
static void release(struct bpfmap_records *records, uint64_t mark)
{
	struct ring *ring = (struct ring *)records;

	if (mark == ring->handed)
		mark = ring->handed = ring->at;
	publish(ring, mark);
}

/* Another reader of this ring buffer has moved the position, or written nonsense there. */
static int lost_place(struct ring *ring, uint64_t producer)
{
	ring->at = ring->handed = producer;
	publish(ring, producer);
	return bm_records_err(ring->base.who, -ESTALE,
	    "another reader has moved the position; reading goes on with what is new");
}

/* Passes over a record that its program has given up. */
static void discard(struct ring *ring, uint64_t end)
{
	bool free = ring->released == ring->at;

	ring->at = end;
	if (free)
		publish(ring, ring->handed = end);
}

static int next(struct bpfmap_records *records, struct bpfmap_record *ret_record)
{
	struct ring *ring = (struct ring *)records;

	for (;;) {
		uint64_t producer = __atomic_load_n(ring->producer, __ATOMIC_SEQ_CST);
		uint64_t there = producer - ring->at;

		if (!there)
			return 0;
		if (there > ring->size || ring->at % 8)
			return lost_place(ring, producer);
		const uint8_t *record = ring->data + (ring->at & (ring->size - 1));
		uint32_t head = __atomic_load_n((const uint32_t *)(const void *)record, __ATOMIC_SEQ_CST);
		if (head & BPF_RINGBUF_BUSY_BIT)
			return 0;
		uint32_t size = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		uint64_t step = ((uint64_t)size + BPF_RINGBUF_HDR_SZ + 7) & ~(uint64_t)7;
		if (step > there)
			return lost_place(ring, producer);
		if (head & BPF_RINGBUF_DISCARD_BIT) {
			discard(ring, ring->at + step);
			continue;
		}
		ring->at = ring->handed = ring->at + step;
		*ret_record = (struct bpfmap_record){ .data = record + BPF_RINGBUF_HDR_SZ, .size = size,
			.mark = ring->at };
		return 1;
	}
}

static void unmap(struct bpfmap_records *records)
{
	struct ring *ring = (struct ring *)records;

	if (ring->consumer)
		munmap(ring->consumer, ring->page);
	if (ring->producer)
		munmap((void *)ring->producer, ring->page + 2 * ring->size);
}

static const struct bm_records_ops ops = { .next = next, .release = release, .free = unmap };

static int map_pages(struct ring *ring)
{
	int fd = ring->base.fd;
	void *pages = mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (pages == MAP_FAILED)
		return -errno;
	ring->consumer = pages;
	pages = mmap(NULL, ring->page + 2 * ring->size, PROT_READ, MAP_SHARED, fd, (off_t)ring->page);
	if (pages == MAP_FAILED)
		return -errno;
	ring->producer = pages;
	ring->data = (const uint8_t *)pages + ring->page;
	ring->at = ring->handed = ring->released = __atomic_load_n(ring->consumer, __ATOMIC_SEQ_CST);
	return 0;
}

int bm_ring_open(const struct bpfmap *map, struct bpfmap_records **ret_records)
{
	struct ring *ring = calloc(1, sizeof(*ring));

	if (!ring)
		return bm_err_op(map, BM_OP_RECORDS, -ENOMEM, NULL);
	ring->base.ops = &ops;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	ring->size = map->max_entries;
	bpfmap_print(map, ring->base.who, sizeof(ring->base.who));
	ring->base.fd = fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	int err = ring->base.fd < 0 ? -errno : map_pages(ring);
	if (err) {
		bpfmap_records_free(&ring->base);
		return bm_err_op(map, BM_OP_RECORDS, err, NULL);
	}
	*ret_records = &ring->base;
	return 0;
}
