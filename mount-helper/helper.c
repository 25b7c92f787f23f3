/* SPDX-License-Identifier: MIT */
/* The helper's voice: one line on stderr, "mount.bpfmapfs: DIR: reason". */
#include <stdarg.h>
#include <stdio.h>

#include "mount-helper/helper.h"

static const char *about;

void helper_about(const char *dir)
{
	about = dir;
}

static void say(const char *format, va_list args)
{
	fprintf(stderr, HELPER_NAME ": ");
	if (about)
		fprintf(stderr, "%s: ", about);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
}

int helper_fail(enum helper_exit code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
	return code;
}

void helper_note(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(format, args);
	va_end(args);
}
