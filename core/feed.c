// SPDX-License-Identifier: MIT
/*
 * feed: writes a user ring buffer.
 *
 * Page 0 is the consumer's and read-only, page 1 the producer's, and the data follows twice in a
 * row. A record is whole, header included, before the producer's position says that it is there,
 * so that a program never meets one that is being written.
 */
#include "map.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DYNPTR_MOST 0xffffff /* bytes of a record that a program can be shown */

struct bpfmap_feed {
	int fd; /* own duplicate of the map's */
	size_t page, size;
	const unsigned long *consumer;
	unsigned long *producer;
	uint8_t *data;
	char who[BM_PRINT_SIZE];
};

static int fail(const struct bpfmap_feed *feed, int err, const char *why)
{
	return bm_err(err, "%s: records: %s", feed->who, why);
}

static int map_pages(struct bpfmap_feed *feed)
{
	void *pages = mmap(NULL, feed->page, PROT_READ, MAP_SHARED, feed->fd, 0);

	if (pages == MAP_FAILED)
		return -errno;
	feed->consumer = pages;
	pages = mmap(NULL, feed->page + 2 * feed->size, PROT_READ | PROT_WRITE, MAP_SHARED, feed->fd,
	    (off_t)feed->page);
	if (pages == MAP_FAILED)
		return -errno;
	feed->producer = pages;
	feed->data = (uint8_t *)pages + feed->page;
	return 0;
}

int bpfmap_feed_open(const struct bpfmap *map, struct bpfmap_feed **ret_feed)
{
	if (!(map->kind->traits & BPFMAP_TAKES_RECORDS))
		return bm_err_op(map, BM_OP_RECORDS, -EOPNOTSUPP, "only user ring buffers take records");
	if (map->fd < 0)
		return bm_err_op(map, BM_OP_RECORDS, -EBADF, NULL);
	struct bpfmap_feed *feed = calloc(1, sizeof(*feed));
	if (!feed)
		return bm_err_op(map, BM_OP_RECORDS, -ENOMEM, NULL);
	feed->page = (size_t)sysconf(_SC_PAGESIZE);
	feed->size = map->max_entries;
	bpfmap_print(map, feed->who, sizeof(feed->who));
	feed->fd = fcntl(map->fd, F_DUPFD_CLOEXEC, 0);
	int err = feed->fd < 0 ? -errno : map_pages(feed);
	if (err) {
		bpfmap_feed_free(feed);
		return bm_err_op(map, BM_OP_RECORDS, err, NULL);
	}
	*ret_feed = feed;
	return 0;
}

void bpfmap_feed_free(struct bpfmap_feed *feed)
{
	if (!feed)
		return;
	if (feed->consumer)
		munmap((void *)feed->consumer, feed->page);
	if (feed->producer)
		munmap(feed->producer, feed->page + 2 * feed->size);
	if (feed->fd >= 0)
		close(feed->fd);
	free(feed);
}

int bpfmap_feed_fd(const struct bpfmap_feed *feed)
{
	return feed->fd;
}

size_t bpfmap_feed_most(const struct bpfmap_feed *feed)
{
	size_t most = feed->size - BPF_RINGBUF_HDR_SZ;

	return most < DYNPTR_MOST ? most : DYNPTR_MOST;
}

int bpfmap_feed_put(struct bpfmap_feed *feed, const void *data, size_t size)
{
	if (size > bpfmap_feed_most(feed))
		return fail(feed, -EMSGSIZE, "the record is larger than the ring buffer can ever take");
	size_t step = (size + BPF_RINGBUF_HDR_SZ + 7) & ~(size_t)7;
	uint64_t consumer = __atomic_load_n(feed->consumer, __ATOMIC_ACQUIRE);
	uint64_t producer = __atomic_load_n(feed->producer, __ATOMIC_ACQUIRE);
	if (producer % 8 || producer - consumer > feed->size)
		return fail(feed, -ESTALE, "its positions make no sense: another writer has been at them");
	if (feed->size - (producer - consumer) < step)
		return fail(feed, -ENOSPC, "it is full until a program takes records out");
	uint8_t *record = feed->data + (producer & (feed->size - 1));
	uint32_t head[2] = { (uint32_t)size, 0 };
	memcpy(record, head, sizeof(head));
	if (size)
		memcpy(record + sizeof(head), data, size);
	__atomic_store_n(feed->producer, (unsigned long)(producer + step), __ATOMIC_RELEASE);
	return 0;
}
