/* SPDX-License-Identifier: MIT */
/*
 * Each operation finds its node or file, asks the node's kind, and replies. A reply hands a node to the
 * kernel only after the table has counted it; where the reply fails, the count is taken back.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>

#include "fs/file.h"
#include "fs/journal.h"
#include "fs/mount.h"
#include "fs/node.h"
#include "fs/ops.h"
#include "fs/park.h"
#include "fs/reap.h"
#include "fs/scratch.h"
#include "fs/why.h"

#define DIR_TIMEOUT 1.0 /* R18: owner and mode may be a second old */

void (*ops_ready)(void);

static struct node *node_of(fuse_ino_t ino)
{
	return ino == FUSE_ROOT_ID ? &root : (struct node *)(uintptr_t)ino;
}

static fuse_ino_t ino_of(const struct node *node)
{
	return node == &root ? FUSE_ROOT_ID : (uintptr_t)node;
}

static struct file *file_of(const struct fuse_file_info *fi)
{
	return (struct file *)(uintptr_t)fi->fh;
}

static struct caller caller_of(fuse_req_t req)
{
	const struct fuse_ctx *ctx = fuse_req_ctx(req);
	why_clear();
	return (struct caller){.req = req, .pid = ctx->pid, .uid = ctx->uid, .gid = ctx->gid};
}

static double attr_timeout(const struct stat *st)
{
	return S_ISDIR(st->st_mode) ? DIR_TIMEOUT : 0;
}

/* ---- rejections ---- */

/* name: an entry of node, or NULL for node itself. */
static void record(pid_t pid, struct node *node, const char *name, int err)
{
	struct text_buf path = {0};
	const char *because = *why() ? why() : strerror(-err);
	int failed = node_path(node, &path);

	if (!failed && name && path.len)
		failed = text_append(&path, "/", 1);
	if (!failed && name)
		failed = text_append(&path, name, strlen(name));
	if (!failed)
		journal_add(pid, path.data ? path.data : "", -err, because);
	text_free(&path);
}

/* The reply to a rejected change: it is remembered, unlike a question's (R23). */
static void reject(const struct caller *who, struct node *node, const char *name, int err)
{
	record(who->pid, node, name, err);
	fuse_reply_err(who->req, -err);
}

static void reply_done(const struct caller *who, struct node *node, const char *name, int err)
{
	if (err)
		reject(who, node, name, err);
	else
		fuse_reply_err(who->req, 0);
}

/* ---- names ---- */

static struct fuse_entry_param entry_of(struct node *node, const struct stat *st)
{
	return (struct fuse_entry_param){
		.ino = ino_of(node), .generation = 1, .attr = *st, .attr_timeout = attr_timeout(st)};
}

/* The kernel is about to count a lookup of the node by that name. */
static void hand_node(struct node *node, const char *name)
{
	if (!reap_can_prune())
		node_spelled(node, name);
	node_known(node);
}

/* Takes the caller's reference. */
static void reply_node(fuse_req_t req, struct node *node, const char *name, const struct stat *st)
{
	struct fuse_entry_param entry = entry_of(node, st);

	hand_node(node, name);
	if (fuse_reply_entry(req, &entry))
		node_forget(node, 1);
	node_put(node);
}

static void op_lookup(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct node *dir = node_of(parent), *node;
	struct stat st = {0};

	why_clear();
	reap_nodes();
	int err = dir->kind->lookup ? dir->kind->lookup(dir, name, &node, &st) : -ENOTDIR;
	if (err)
		fuse_reply_err(req, -err);
	else
		reply_node(req, node, name, &st);
}

static void op_forget(fuse_req_t req, fuse_ino_t ino, uint64_t nlookup)
{
	if (ino != FUSE_ROOT_ID)
		node_forget(node_of(ino), nlookup);
	fuse_reply_none(req);
}

static void op_forget_multi(fuse_req_t req, size_t count, struct fuse_forget_data *forgets)
{
	for (size_t i = 0; i < count; i++) {
		if (forgets[i].ino != FUSE_ROOT_ID)
			node_forget(node_of(forgets[i].ino), forgets[i].nlookup);
	}
	fuse_reply_none(req);
}

static void reply_attr(fuse_req_t req, struct node *node)
{
	struct stat st = {0};
	int err = node->kind->getattr(node, &st);

	if (err)
		fuse_reply_err(req, -err);
	else
		fuse_reply_attr(req, &st, attr_timeout(&st));
}

static void op_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)fi;
	why_clear();
	reply_attr(req, node_of(ino));
}

static void op_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *want, int to_set, struct fuse_file_info *fi)
{
	struct caller who = caller_of(req);
	struct node *node = node_of(ino);
	int err = node->kind->setattr ? node->kind->setattr(node, want, to_set, &who)
				      : fail(EPERM, "this has no owner, mode or times of its own");
	(void)fi;

	if (err)
		reject(&who, node, NULL, err);
	else
		reply_attr(req, node);
}

static void op_readlink(fuse_req_t req, fuse_ino_t ino)
{
	struct node *node = node_of(ino);
	struct text_buf target = {0};

	why_clear();
	int err = node->kind->readlink ? node->kind->readlink(node, &target) : -EINVAL;
	if (err)
		fuse_reply_err(req, -err);
	else
		fuse_reply_readlink(req, target.data);
	text_free(&target);
}

/* ---- changes of directories ---- */

/* The new name's entry, as the kernel wants it after mkdir and symlink. */
static void reply_made(const struct caller *who, struct node *dir, const char *name, int err)
{
	struct stat st = {0};
	struct node *node;

	err = err ? err : dir->kind->lookup(dir, name, &node, &st);
	if (err)
		reject(who, dir, name, err);
	else
		reply_node(who->req, node, name, &st);
}

static void op_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent);
	int err = dir->kind->mkdir ? dir->kind->mkdir(dir, name, mode, &who) : -EPERM;

	reply_made(&who, dir, name, err);
}

static void op_symlink(fuse_req_t req, const char *target, fuse_ino_t parent, const char *name)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent);
	int err = dir->kind->symlink ? dir->kind->symlink(dir, name, target, &who) : -EPERM;

	reply_made(&who, dir, name, err);
}

static void op_mknod(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, dev_t rdev)
{
	struct caller who = caller_of(req);
	(void)mode, (void)rdev;
	reject(&who, node_of(parent), name, fail(EPERM, "there are no devices, pipes or sockets here"));
}

static void op_link(fuse_req_t req, fuse_ino_t ino, fuse_ino_t parent, const char *name)
{
	struct caller who = caller_of(req);
	(void)ino;
	reject(&who, node_of(parent), name,
	       fail(EPERM, "there are no hard links; a second pin of a map is made by writing id:N to NAME.pin"));
}

static void op_unlink(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent);
	int err = dir->kind->unlink ? dir->kind->unlink(dir, name, &who) : -EPERM;

	reply_done(&who, dir, name, err);
}

static void op_rmdir(fuse_req_t req, fuse_ino_t parent, const char *name)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent);
	int err = dir->kind->rmdir ? dir->kind->rmdir(dir, name, &who) : -EPERM;

	reply_done(&who, dir, name, err);
}

static void op_rename(fuse_req_t req, fuse_ino_t parent, const char *name, fuse_ino_t to_parent, const char *to_name,
		      unsigned flags)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent);
	int err = dir->kind->rename ? dir->kind->rename(dir, name, node_of(to_parent), to_name, flags, &who) : -EPERM;

	reply_done(&who, dir, name, err);
}

/* ---- files ---- */

static void set_handle(struct fuse_file_info *fi, struct file *file)
{
	fi->fh = (uintptr_t)file;
	fi->direct_io = 1; /* R1: the kernel caches nothing */
}

static void op_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct caller who = caller_of(req);
	struct node *node = node_of(ino);
	struct file *file = file_new(node, fi->flags, &who);
	int err = !file ? -ENOMEM : node->kind->open ? node->kind->open(node, file) : -EOPNOTSUPP;

	err = err ? err : file_opened(file);
	if (err) {
		if (file)
			file_put(file);
		reject(&who, node, NULL, err);
		return;
	}
	file->who = NULL;
	set_handle(fi, file);
	if (fuse_reply_open(req, fi))
		file_put(file);
}

static int create(struct node *dir, const char *name, struct file *file, struct node **ret_node, struct stat *ret_st)
{
	int err = dir->kind->create ? dir->kind->create(dir, name, file, ret_node, ret_st) : -EPERM;

	if (err)
		return err;
	node_put(file->node);
	file->node = node_ref(*ret_node);
	err = (*ret_node)->kind->open(*ret_node, file);
	err = err ? err : file_opened(file);
	if (err)
		node_put(*ret_node);
	return err;
}

static void op_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi)
{
	struct caller who = caller_of(req);
	struct node *dir = node_of(parent), *node;
	struct file *file = file_new(dir, fi->flags, &who);
	struct stat st = {0};
	int err = -ENOMEM;
	(void)mode;

	if (file) {
		file->created = true;
		err = create(dir, name, file, &node, &st);
	}
	if (err) {
		if (file)
			file_put(file);
		reject(&who, dir, name, err);
		return;
	}
	file->who = NULL;
	set_handle(fi, file);
	struct fuse_entry_param entry = entry_of(node, &st);
	hand_node(node, name);
	if (fuse_reply_create(req, &entry, fi)) {
		node_forget(node, 1);
		file_put(file);
	}
	node_put(node);
}

int ops_answer_read(fuse_req_t req, struct file *file, size_t size, off_t offset)
{
	const char *data;
	size_t len;

	why_clear();
	int err = file_read(file, size, offset, &data, &len);
	if (err == -EAGAIN && file->park)
		return err;
	if (err) {
		if (err != -ENOENT && err != -EAGAIN && err != -EINTR)
			record(fuse_req_ctx(req)->pid, file->node, NULL, err);
		fuse_reply_err(req, -err);
	} else if (!fuse_reply_buf(req, data, len) && file->ops->taken) {
		file->ops->taken(file);
	}
	return 0;
}

static void op_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	struct file *file = file_ref(file_of(fi));
	(void)ino;

	pthread_mutex_lock(&file->lock);
	if (!ops_answer_read(req, file, size, offset))
		;
	else if (fi->flags & O_NONBLOCK)
		fuse_reply_err(req, EAGAIN);
	else
		park_read(file, req, size, offset);
	pthread_mutex_unlock(&file->lock);
	file_put(file);
}

/* Where nothing can block, a file is always ready, as the kernel says of files without poll. */
static void op_poll(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi, struct fuse_pollhandle *handle)
{
	struct file *file = file_ref(file_of(fi));
	unsigned ready = POLLIN | POLLRDNORM | POLLOUT | POLLWRNORM;
	(void)ino;

	if (file->park) {
		if (handle) /* before looking: what comes after it is told of */
			park_poll(file->park, handle);
		pthread_mutex_lock(&file->lock);
		ready = file->ops->ready(file) ? POLLIN | POLLRDNORM : 0;
		pthread_mutex_unlock(&file->lock);
	} else if (handle) {
		fuse_pollhandle_destroy(handle);
	}
	fuse_reply_poll(req, ready);
	file_put(file);
}

static void op_write(fuse_req_t req, fuse_ino_t ino, const char *data, size_t size, off_t offset,
		     struct fuse_file_info *fi)
{
	struct caller who = caller_of(req);
	struct file *file = file_ref(file_of(fi));
	(void)ino;

	if (file->live)
		live_wait(file->live, atomic_load(&file->close_work));
	int err = file_write(file, &who, data, size, offset);
	if (err < 0)
		reject(&who, file->node, NULL, err);
	else
		fuse_reply_write(req, err ? (size_t)err : size);
	file_put(file);
}

static void op_release(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct file *file = file_of(fi);
	(void)ino;

	if (file->marked)
		live_close_turn(file->live, &file->closing);
	why_clear();
	int err = file_finish(file);
	if (err)
		record(file->opener.pid, file->node, NULL, err);
	if (file->marked)
		live_closed(file->live, &file->closing);
	file_put(file);
	fuse_reply_err(req, 0);
}

/* ---- directories ---- */

/* Nodes whose lookups the reply at hand would make the kernel count. */
static __thread struct {
	struct node **nodes;
	size_t n, room;
} handed;
static __thread char *dir_buf;
static __thread size_t dir_room;

static bool hand_over(struct node *node, const char *name)
{
	if (handed.n == handed.room) {
		size_t room = handed.room ? handed.room * 2 : 64;
		struct node **nodes = reallocarray(handed.nodes, room, sizeof(*nodes));
		if (!nodes)
			return false;
		handed.nodes = nodes;
		handed.room = room;
	}
	hand_node(node, name);
	handed.nodes[handed.n++] = node;
	return true;
}

bool dir_reply_add(struct dir_reply *reply, const char *name, const struct stat *st, off_t next, struct node *node)
{
	size_t room = reply->size - reply->used, need;
	char *at = reply->buf + reply->used;

	if (!reply->plus) {
		need = fuse_add_direntry(reply->req, at, room, name, st, next);
	} else {
		struct fuse_entry_param entry = {.attr = *st};
		need = fuse_add_direntry_plus(reply->req, NULL, 0, name, NULL, 0);
		if (need <= room && node && hand_over(node, name))
			entry = entry_of(node, st);
		if (need <= room)
			fuse_add_direntry_plus(reply->req, at, room, name, &entry, next);
	}
	if (need > room)
		return false;
	reply->used += need;
	return true;
}

void ops_thread_end(void)
{
	free(handed.nodes);
	free(dir_buf);
	handed.nodes = NULL;
	dir_buf = NULL;
	handed.room = dir_room = 0;
}

static int make_room(size_t size)
{
	if (size <= dir_room)
		return 0;
	char *buf = realloc(dir_buf, size);
	if (!buf)
		return -ENOMEM;
	dir_buf = buf;
	dir_room = size;
	return 0;
}

static void op_opendir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	struct caller who = caller_of(req);
	struct node *node = node_of(ino);
	struct file *file = file_new(node, fi->flags, &who);
	int err = !file ? -ENOMEM : node->kind->opendir ? node->kind->opendir(node, file) : -ENOTDIR;

	if (err) {
		if (file)
			file_put(file);
		reject(&who, node, NULL, err);
		return;
	}
	file->who = NULL;
	fi->fh = (uintptr_t)file;
	if (fuse_reply_open(req, fi))
		file_put(file);
}

static void reply_directory(fuse_req_t req, size_t size, off_t offset, struct fuse_file_info *fi, bool plus)
{
	struct file *file = file_ref(file_of(fi));
	struct dir_reply reply = {.req = req, .size = size, .plus = plus};
	int err = make_room(size);

	why_clear();
	handed.n = 0;
	reply.buf = dir_buf;
	pthread_mutex_lock(&file->lock);
	err = err ? err : file->ops->readdir(file, offset, &reply);
	pthread_mutex_unlock(&file->lock);
	if (err) {
		record(file->opener.pid, file->node, NULL, err);
		fuse_reply_err(req, -err);
	} else {
		err = fuse_reply_buf(req, reply.buf, reply.used);
	}
	for (size_t i = 0; err && i < handed.n; i++)
		node_forget(handed.nodes[i], 1);
	file_put(file);
}

static void op_readdir(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	(void)ino;
	reply_directory(req, size, offset, fi, false);
}

static void op_readdirplus(fuse_req_t req, fuse_ino_t ino, size_t size, off_t offset, struct fuse_file_info *fi)
{
	(void)ino;
	reap_nodes();
	reply_directory(req, size, offset, fi, true);
}

static void op_releasedir(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi)
{
	(void)ino;
	file_put(file_of(fi));
	fuse_reply_err(req, 0);
}

/* ---- the mount ---- */

/* No blocks: df leaves it out. Never asks anyone anything. */
static void op_statfs(fuse_req_t req, fuse_ino_t ino)
{
	struct statvfs st = {.f_bsize = 4096, .f_frsize = 4096, .f_namemax = NAME_LIMIT};
	(void)ino;
	fuse_reply_statfs(req, &st);
}

static void op_init(void *data, struct fuse_conn_info *conn)
{
	(void)data;
	the_mount.kernel_minor = conn->proto_minor;
	/* RELEASEs are background requests: none of them may stand behind a full queue (R2). */
	conn->max_background = 65535;
	conn->congestion_threshold = 65535;
	if (ops_ready)
		ops_ready();
}

/*
 * Not here, on purpose: flush applies nothing and is answered by the kernel after the first ENOSYS;
 * copy_file_range, fallocate, lseek, getxattr, ioctl, flock and posix locks are the kernel's own answers.
 */
const struct fuse_lowlevel_ops ops = {
	.init = op_init,
	.lookup = op_lookup,
	.forget = op_forget,
	.forget_multi = op_forget_multi,
	.getattr = op_getattr,
	.setattr = op_setattr,
	.readlink = op_readlink,
	.mkdir = op_mkdir,
	.symlink = op_symlink,
	.mknod = op_mknod,
	.link = op_link,
	.unlink = op_unlink,
	.rmdir = op_rmdir,
	.rename = op_rename,
	.open = op_open,
	.create = op_create,
	.read = op_read,
	.poll = op_poll,
	.write = op_write,
	.release = op_release,
	.opendir = op_opendir,
	.readdir = op_readdir,
	.readdirplus = op_readdirplus,
	.releasedir = op_releasedir,
	.statfs = op_statfs,
};
