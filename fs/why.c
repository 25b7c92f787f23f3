/* SPDX-License-Identifier: MIT */
/* The sentence that belongs to this thread's current failure. */
#include <stdarg.h>
#include <stdio.h>

#include "bpfmap.h"
#include "fs/why.h"

static __thread char sentence[320];

int fail(int err, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, args);
	va_end(args);
	return -err;
}

int fail_engine(int neg_err)
{
	snprintf(sentence, sizeof(sentence), "%s", bpfmap_errmsg());
	return neg_err;
}

void why_clear(void)
{
	sentence[0] = 0;
}

const char *why(void)
{
	return sentence;
}
