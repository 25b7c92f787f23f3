// SPDX-License-Identifier: MIT
// mt_io PATH OP...: system calls on one file, in order, each with its answer
// on a line: a number, bytes, or the errno's name. For what no shell can say.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"mt_io PATH OP...\n"
	"  o:FLAGS    open: r w rw creat excl trunc append nonblock, by commas\n"
	"  u:N        use the N-th opened descriptor from here on (from 0)\n"
	"  w:TEXT     write(2), with \\n \\t \\\\ \\xHH\n"
	"  W:N:TEXT   write(2) of N bytes: TEXT, then its last byte again and again\n"
	"  p:OFF:TEXT pwrite(2)\n"
	"  r:N        read(2); prints the bytes\n"
	"  R:OFF:N    pread(2)\n"
	"  l:OFF      lseek(2)\n"
	"  P:MS       poll(2) for reading, at most so long; 1: ready\n"
	"  s          fstat(2): st_size;  S: stat(2) of PATH: st_size\n"
	"  d          dup and close: a FLUSH;  c: close\n"
	"  t          futimens(2) now;  T:N: ftruncate(2);  x: unlink(2)\n"
	"  f          fallocate(2);  m: mmap(2) MAP_SHARED;  M: MAP_PRIVATE\n"
	"  !COMMAND   system(3)\n";

static int fds[16], nfds, cur = -1;
static const char *path;
static char data[1 << 21];

static void answer(long r)
{
	if (r < 0)
		printf("%s\n", strerrorname_np(errno));
	else
		printf("%ld\n", r);
}

static size_t unescape(const char *s, char *out)
{
	size_t n = 0;

	for (; *s; s++) {
		char hex[3] = "";

		if (*s != '\\') {
			out[n++] = *s;
			continue;
		}
		switch (*++s) {
		case 'n': out[n++] = '\n'; break;
		case 't': out[n++] = '\t'; break;
		case 'x':
			memcpy(hex, s + 1, 2);
			out[n++] = (char)strtol(hex, NULL, 16);
			s += 2;
			break;
		default: out[n++] = *s;
		}
	}
	return n;
}

static void print_bytes(const char *p, ssize_t n)
{
	if (n < 0) {
		answer(n);
		return;
	}
	putchar('[');
	for (ssize_t i = 0; i < n; i++) {
		if (p[i] == '\n')
			fputs("\\n", stdout);
		else if (p[i] < ' ' || p[i] > '~')
			printf("\\x%02x", (unsigned char)p[i]);
		else
			putchar(p[i]);
	}
	puts("]");
}

static int open_flags(char *s)
{
	static const struct {
		const char *name;
		int flag;
	} names[] = {
		{ "r", O_RDONLY }, { "w", O_WRONLY }, { "rw", O_RDWR },
		{ "creat", O_CREAT }, { "excl", O_EXCL }, { "trunc", O_TRUNC },
		{ "append", O_APPEND }, { "nonblock", O_NONBLOCK },
	};
	int flags = 0;

	for (char *w = strtok(s, ","); w; w = strtok(NULL, ","))
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (!strcmp(w, names[i].name))
				flags |= names[i].flag;
	return flags;
}

static long do_open(char *arg)
{
	int fd = open(path, open_flags(arg), 0644);

	if (fd < 0)
		return -1;
	fds[nfds] = fd;
	cur = fd;
	return nfds++;
}

static long write_times(char *arg)
{
	size_t n = strtoul(arg, &arg, 0), unit = unescape(arg + 1, data);

	for (size_t i = unit; i < n; i++)
		data[i] = data[unit - 1];
	return write(cur, data, n);
}

static long do_pwrite(char *arg)
{
	off_t off = strtol(arg, &arg, 0);
	size_t n = unescape(arg + 1, data);

	return pwrite(cur, data, n, off);
}

static void do_pread(char *arg)
{
	off_t off = strtol(arg, &arg, 0);

	print_bytes(data, pread(cur, data, strtoul(arg + 1, NULL, 0), off));
}

static long do_poll(int ms)
{
	struct pollfd p = { .fd = cur, .events = POLLIN };
	int n = poll(&p, 1, ms);

	return n > 0 ? p.revents : n;
}

static long do_stat(int opened)
{
	struct stat st;

	return (opened ? fstat(cur, &st) : stat(path, &st)) ? -1 : (long)st.st_size;
}

static long do_mmap(int flag)
{
	void *p = mmap(NULL, 4096, PROT_READ, flag, cur, 0);

	if (p == MAP_FAILED)
		return -1;
	munmap(p, 4096);
	return 0;
}

static long do_dup(void)
{
	int fd = dup(cur);

	return fd < 0 ? -1 : close(fd);
}

static void op(char *s)
{
	char *arg = s[0] && s[1] ? s + 2 : s + 1;

	switch (*s) {
	case 'o': answer(do_open(arg)); break;
	case 'u': cur = fds[atoi(arg)]; break;
	case 'w': answer(write(cur, data, unescape(arg, data))); break;
	case 'W': answer(write_times(arg)); break;
	case 'p': answer(do_pwrite(arg)); break;
	case 'r': print_bytes(data, read(cur, data, strtoul(arg, NULL, 0))); break;
	case 'R': do_pread(arg); break;
	case 'l': answer(lseek(cur, atol(arg), SEEK_SET)); break;
	case 'P': answer(do_poll(atoi(arg))); break;
	case 's': answer(do_stat(1)); break;
	case 'S': answer(do_stat(0)); break;
	case 'd': answer(do_dup()); break;
	case 'c': answer(close(cur)); break;
	case 't': answer(futimens(cur, NULL)); break;
	case 'T': answer(ftruncate(cur, atol(arg))); break;
	case 'x': answer(unlink(path)); break;
	case 'f': answer(fallocate(cur, 0, 0, 8)); break;
	case 'm': answer(do_mmap(MAP_SHARED)); break;
	case 'M': answer(do_mmap(MAP_PRIVATE)); break;
	case '!': answer(system(s + 1)); break;
	default: fputs(usage, stderr); exit(2);
	}
}

int main(int argc, char **argv)
{
	if (argc < 3) {
		fputs(usage, stderr);
		return 2;
	}
	path = argv[1];
	setvbuf(stdout, NULL, _IOLBF, 0); /* who waits for an answer reads along */
	for (int i = 2; i < argc; i++)
		op(argv[i]);
	return 0;
}
