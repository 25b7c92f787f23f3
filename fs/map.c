/* SPDX-License-Identifier: MIT */
/* From a node to the map that it belongs to. */
#include <errno.h>
#include <string.h>

#include "fs/id.h"
#include "fs/map.h"
#include "fs/place.h"

struct node *map_node(struct node *node)
{
	while (node != &root && node->kind != &place_kind && node->kind != &id_kind)
		node = node->parent;
	return node == &root ? NULL : node;
}

int map_live(struct node *node, struct live **ret_live)
{
	struct node *map = map_node(node);
	struct stat st;
	int err;

	if (!map)
		return -ENOENT;
	err = map->kind == &id_kind ? live_by_id(id_of(map), ret_live) : place_live(map, ret_live, &st);
	if (!err)
		live_wait(*ret_live, false);
	return err == -EISDIR || err == -EINVAL ? -ENOENT : err;
}

int map_owner(struct node *node, struct stat *ret_pin)
{
	struct node *map = map_node(node);

	if (map && map->kind == &place_kind)
		return place_stat_last(map, ret_pin);
	memset(ret_pin, 0, sizeof(*ret_pin));
	ret_pin->st_mode = 0600;
	return 0;
}

int map_called(struct node *node, const struct live *live, struct text_buf *out)
{
	struct node *map = map_node(node);

	if (map && map->kind == &place_kind)
		return node_name(map, out);
	return text_append(out, bpfmap_name(live->map), strlen(bpfmap_name(live->map)));
}
