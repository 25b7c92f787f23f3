// SPDX-License-Identifier: MIT
// mt_forms: tries the forms of maps by system call, and prints what each answered.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char usage[] =
	"mt_forms DIR OUT STEP... < LINES\n"
	"  For each map in the lines of mt_every, which are in DIR, each step in turn. An answer is a line:\n"
	"  map, form, step, \"ok\" or the errno, and what .errors says of it, parted by tabs. KEY stands for\n"
	"  the entry's name. What was read is in OUT/MAP.FORM (/ is _).\n"
	"    stat     lstat(2); with the size in place of a reason\n"
	"    open     for reading (open-r) and for writing (open-w), and nothing else\n"
	"    read     of what does not change by that; directories and links, too\n"
	"    write    entries, .tsv, .replace: what may be written, what was read from there; and the others;\n"
	"             what M/KEY reads as after that is in OUT/MAP_KEY.written\n"
	"    remove   M/KEY\n"
	"    take     reads of .pop .drain .events\n"
	"    clear    .clear;  freeze: .frozen\n"
	"  A step that takes longer than 30 seconds ends that map with a line of \"hangs\".\n";

enum { SECONDS = 30, MOST = 1 << 20 };

enum kind { FILE_FORM, DIRECTORY, ENTRY };

static const struct form {
	const char *name;
	enum kind kind;
	bool takes;
} forms[] = {
	{"/", DIRECTORY, false},
	{".forms", DIRECTORY, false},
	{".lpm", DIRECTORY, false},
	{".at", DIRECTORY, false},
	{".raw", DIRECTORY, false},
	{"/KEY", ENTRY, false},
	{".raw/KEY", ENTRY, false},
	{".clear", FILE_FORM, false},
	{".count", FILE_FORM, false},
	{".csv", FILE_FORM, false},
	{".errors", FILE_FORM, false},
	{".frozen", FILE_FORM, false},
	{".h", FILE_FORM, false},
	{".info", FILE_FORM, false},
	{".json", FILE_FORM, false},
	{".mem", FILE_FORM, false},
	{".peek", FILE_FORM, false},
	{".pin", FILE_FORM, false},
	{".prom", FILE_FORM, false},
	{".push", FILE_FORM, false},
	{".spec", FILE_FORM, false},
	{".tsv", FILE_FORM, false},
	{".users", FILE_FORM, false},
	{".replace", FILE_FORM, false}, /* after .tsv, as it writes the same */
	{".pop", FILE_FORM, true},
	{".drain", FILE_FORM, true},
	{".events", FILE_FORM, true},
	{".events@record", FILE_FORM, true},
	{".none", FILE_FORM, false}, /* unknown from here on */
	{".", FILE_FORM, false},
	{".TSV", FILE_FORM, false},
};
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static const char *dir, *out;
static char map[64], key[256], text[PATH_MAX]; /* of the map at hand; what may be written at the key */

/* ---- paths ---- */

/* DIR/MAP.FORM; a buffer of its own for each of two calls. */
static const char *path_of(const struct form *form, bool below_dir)
{
	static char paths[2][2 * PATH_MAX];
	static unsigned turn;
	char *path = paths[turn++ % 2];
	const char *k = strstr(form->name, "KEY");
	int len = k ? (int)(k - form->name) : (int)strlen(form->name);

	snprintf(path, sizeof(paths[0]), "%s%s%s%.*s%s", below_dir ? dir : "", below_dir ? "/" : "", map, len,
		 form->name, k ? key : "");
	return path;
}

static const struct form written = {"/KEY.written", ENTRY, false};

static FILE *saved(const struct form *form, const char *mode)
{
	char path[2 * PATH_MAX], name[64];

	snprintf(name, sizeof(name), "%s", form->name);
	for (char *c = name; *c; c++)
		*c = *c == '/' ? '_' : *c;
	snprintf(path, sizeof(path), "%s/%s%s", out, map, name);
	return fopen(path, mode);
}

/* What was read from the form; its length. */
static size_t recall(const struct form *form, char *buf, size_t size)
{
	FILE *file = saved(form, "r");
	size_t len = file ? fread(buf, 1, size, file) : 0;

	if (file)
		fclose(file);
	return len;
}

/* ---- what .errors says ---- */

/* The sentence of the last line, if it is about this path, errno and process; else why not. */
static const char *sentence(const char *path, int err)
{
	static char buf[1 << 17];
	char name[2 * PATH_MAX], *field[5] = {0};
	size_t len = 0;

	snprintf(name, sizeof(name), "%s/%s.errors", dir, map);
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	for (ssize_t n; fd >= 0 && (n = read(fd, buf + len, sizeof(buf) - 1 - len)) > 0;)
		len += (size_t)n;
	if (fd < 0)
		return errno == EACCES ? "(.errors is not ours to read)" : "(no .errors)";
	close(fd);
	if (!len)
		return "(.errors is empty)";
	buf[len - 1] = 0;
	char *line = strrchr(buf, '\n');
	line = line ? line + 1 : buf;
	for (int i = 0; i < 5 && line; i++)
		field[i] = strsep(&line, i < 4 ? "\t" : "");
	if (!field[4])
		return "(.errors: fields are missing)";
	size_t want = strlen(path), have = strlen(field[2]);
	if (have < want || strcmp(field[2] + have - want, path) || strcmp(field[3], strerrorname_np(err)) ||
	    atoi(field[1]) != getpid())
		return "(.errors does not tell)";
	return strcmp(field[4], strerror(err)) ? field[4] : "(.errors: no reason)";
}

static void answer(const struct form *form, const char *step, int err)
{
	const char *name = err ? strerrorname_np(err) : "ok", *why = "";

	if (err && err != ENOENT)
		why = sentence(path_of(form, false), err);
	if (name)
		printf("%s\t%s\t%s\t%s\t%s\n", map, form->name, step, name, why);
	else
		printf("%s\t%s\t%s\t%d\t%s\n", map, form->name, step, err, why);
	fflush(stdout);
	alarm(SECONDS);
}

/* ---- steps ---- */

static int kind_of(const struct form *form)
{
	struct stat st;

	return lstat(path_of(form, true), &st) ? 0 : st.st_mode & S_IFMT;
}

static int list(const struct form *form)
{
	DIR *d = opendir(path_of(form, true));
	struct dirent *entry;

	if (!d)
		return errno;
	FILE *file = saved(form, "w");
	for (errno = 0; (entry = readdir(d)); errno = 0)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			fprintf(file, "%s\n", entry->d_name);
	int err = errno;
	closedir(d);
	fclose(file);
	return err;
}

static int follow(const struct form *form)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path_of(form, true), target, sizeof(target));

	if (len < 0)
		return errno;
	FILE *file = saved(form, "w");
	fwrite(target, 1, (size_t)len, file);
	fclose(file);
	return 0;
}

/* To the end, or to where it would block. */
static int slurp(const struct form *form)
{
	static char buf[65536];
	struct pollfd fd = {.fd = open(path_of(form, true), O_RDONLY | O_NONBLOCK | O_CLOEXEC), .events = POLLIN};
	size_t sum = 0;
	ssize_t n;

	if (fd.fd < 0)
		return errno;
	FILE *file = saved(form, "w");
	poll(&fd, 1, 1000);
	while ((n = read(fd.fd, buf, sizeof(buf))) > 0 && sum < MOST) {
		sum += (size_t)n;
		fwrite(buf, 1, (size_t)n, file);
	}
	int err = n < 0 && errno != EAGAIN ? errno : 0;
	close(fd.fd);
	fclose(file);
	return err;
}

static int open_only(const struct form *form, int flags)
{
	int fd = open(path_of(form, true), flags | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return errno;
	close(fd);
	return 0;
}

/* As a shell's redirection does it, but that it creates nothing but entries. */
static int store(const struct form *form, const char *data, size_t len)
{
	int create = form->kind == ENTRY ? O_CREAT : 0;
	int fd = open(path_of(form, true), O_WRONLY | O_TRUNC | O_CLOEXEC | create, 0666);

	if (fd < 0)
		return errno;
	ssize_t n = write(fd, data, len);
	int err = n < 0 ? errno : (size_t)n < len ? ENODATA : 0;
	close(fd);
	return err;
}

static bool is(const struct form *form, const char *name)
{
	return !strcmp(form->name, name);
}

static int write_something(const struct form *form)
{
	static char buf[MOST];
	size_t len;

	if (is(form, ".replace") || is(form, ".tsv"))
		len = recall(&(struct form){.name = ".tsv"}, buf, sizeof(buf));
	else if (is(form, ".raw/KEY"))
		len = recall(form, buf, sizeof(buf));
	else
		len = (size_t)snprintf(buf, sizeof(buf), "%s\n", *text == '-' ? "1" : text);
	if (!len)
		len = (size_t)snprintf(buf, sizeof(buf), "%s\t%s\n", key, *text == '-' ? "1" : text);
	return store(form, buf, len);
}

static void step_stat(const struct form *form)
{
	struct stat st;

	if (lstat(path_of(form, true), &st))
		answer(form, "stat", errno);
	else
		printf("%s\t%s\tstat\tok\t%lld\n", map, form->name, (long long)st.st_size);
}

static void step_open(const struct form *form)
{
	if (kind_of(form) == S_IFLNK)
		return;
	if (form->kind == DIRECTORY) {
		answer(form, "open-r", open_only(form, O_RDONLY | O_DIRECTORY));
		return;
	}
	answer(form, "open-r", open_only(form, O_RDONLY));
	answer(form, "open-w", open_only(form, O_WRONLY));
}

static void step_read(const struct form *form)
{
	if (form->kind == DIRECTORY)
		answer(form, "read", list(form));
	else if (kind_of(form) == S_IFLNK)
		answer(form, "read", follow(form));
	else if (!form->takes)
		answer(form, "read", slurp(form));
}

static void step_take(const struct form *form)
{
	if (form->takes)
		answer(form, "take", slurp(form));
}

static void step_write(const struct form *form)
{
	if (form->kind == DIRECTORY || kind_of(form) == S_IFLNK || is(form, ".clear") || is(form, ".frozen"))
		return;
	int err = write_something(form);
	answer(form, "write", err);
	if (!err && is(form, "/KEY"))
		slurp(&written);
}

static void step_remove(const struct form *form)
{
	if (is(form, "/KEY"))
		answer(form, "remove", unlink(path_of(form, true)) ? errno : 0);
}

static void step_clear(const struct form *form)
{
	if (is(form, ".clear"))
		answer(form, "clear", store(form, "1\n", 2));
}

static void step_freeze(const struct form *form)
{
	if (is(form, ".frozen"))
		answer(form, "freeze", store(form, "1\n", 2));
}

static const struct step {
	const char *name;
	void (*run)(const struct form *form);
} steps[] = {
	{"stat", step_stat}, {"open", step_open}, {"read", step_read}, {"write", step_write},
	{"remove", step_remove}, {"take", step_take}, {"clear", step_clear}, {"freeze", step_freeze},
};

/* ---- maps ---- */

/* The key that is not for the maker to say is the first that is listed. */
static void find_key(void)
{
	DIR *d = opendir(path_of(&forms[0], true));
	struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..")) {
			snprintf(key, sizeof(key), "%s", entry->d_name);
			break;
		}
	if (d)
		closedir(d);
}

static void try(char **names)
{
	alarm(SECONDS);
	if (!strcmp(key, "?"))
		find_key();
	if (!strcmp(key, "-"))
		strcpy(key, "0");
	for (; *names; names++)
		for (size_t i = 0; i < COUNT(steps); i++)
			for (size_t f = 0; f < COUNT(forms) && !strcmp(*names, steps[i].name); f++)
				steps[i].run(&forms[f]);
}

/* A map at a time in a process of its own, which SIGALRM ends where it waits for the driver. */
static void try_apart(char **names)
{
	int status = 0;
	pid_t pid = fork();

	if (!pid) {
		try(names);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		printf("%s\t\t\thangs\tafter the line before\n", map);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static char line[1 << 16];

	if (argc < 4) {
		fputs(usage, stderr);
		return 2;
	}
	dir = argv[1], out = argv[2];
	setvbuf(stdout, NULL, _IOLBF, 0);
	while (fgets(line, sizeof(line), stdin))
		if (sscanf(line, "map\t%63[^\t]\t%*u\t%255[^\t]\t%*[^\t]\t%4095[^\n]", map, key, text) == 3)
			try_apart(argv + 3);
	return 0;
}
