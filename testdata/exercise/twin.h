/*
 * twin.h: sections that do not survive an abort, for `rseqstep exercise`. Each program is built
 * twice: with -DBAD it has the mistake that its comment names, without it is right. The label
 * culprit is the first place at which an abort makes the bad one fail.
 */
#ifndef TWIN_H
#define TWIN_H

#include "rseqfix.h"

#define ROUNDS 1000

#define CULPRIT ".globl culprit\nculprit:\n\t"
#ifdef BAD
#define IF_BAD(bad, good) bad
#else
#define IF_BAD(bad, good) good
#endif

/* A function with a section, once in the program. */
#define TWIN __attribute__((noipa)) static

/* Ends the section; handler is what its abort handler does. */
#define TWIN_END(handler)                                                   \
	"2:\n\t"                                                            \
	FIX_ASIDE                                                           \
	".byte 0x0f, 0xb9, 0x3d\n\t"                                        \
	".long " FIX_SIGNATURE_ASM "\n\t"                                   \
	"4:\n\t"                                                            \
	handler                                                             \
	FIX_BACK

#define RETRY "jmp %l[abort]\n\t"

/* What main returns: says what is wrong. */
static inline int twin_end(const char *what, long have, long want)
{
	printf("%s: %ld, want %ld\n", what, have, want);
	return have != want;
}

#endif
