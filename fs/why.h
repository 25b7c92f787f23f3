/* SPDX-License-Identifier: MIT */
/* Why this request fails: a sentence per thread, set where the reason is known, read where the reply is made. */
#ifndef WHY_H
#define WHY_H

/* Remembers the sentence and returns -err: return fail(EINVAL, "…"). */
int fail(int err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int fail_engine(int neg_err); /* keeps the engine's own sentence; returns neg_err */
void why_clear(void);
const char *why(void); /* "" where nothing was said since why_clear */

#endif
