// SPDX-License-Identifier: MIT
/* records: readers of ring buffers and of perf event arrays behind one type. */
#include "records.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int bm_records_err(const char *who, int err, const char *why)
{
	return bm_err(err, "%s: records: %s", who, why ?: bm_err_words(err));
}

int bpfmap_records_open(const struct bpfmap *map, struct bpfmap_records **ret_records)
{
	if (!(map->kind->traits & BPFMAP_RECORDS))
		return bm_err_op(map, BM_OP_RECORDS, -EOPNOTSUPP,
		    "only ring buffers and perf event arrays have records to read");
	if (map->fd < 0)
		return bm_err_op(map, BM_OP_RECORDS, -EBADF, NULL);
	return map->kind->traits & BPFMAP_PERF ? bm_perf_open(map, ret_records)
					       : bm_ring_open(map, ret_records);
}

void bpfmap_records_free(struct bpfmap_records *records)
{
	if (!records)
		return;
	records->ops->free(records);
	if (records->fd >= 0)
		close(records->fd);
	free(records);
}

int bpfmap_records_fd(const struct bpfmap_records *records)
{
	return records->fd;
}

int bpfmap_records_next(struct bpfmap_records *records, struct bpfmap_record *ret_record)
{
	return records->ops->next(records, ret_record);
}

void bpfmap_records_release(struct bpfmap_records *records, uint64_t mark)
{
	records->ops->release(records, mark);
}
