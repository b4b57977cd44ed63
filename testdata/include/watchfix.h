/*
 * What the programs for `rseqstep check` have in common: rseq(2) and a section of one add, each of
 * which a program can break in one way. A program marks the line that breaks a rule with
 * BREAKS(rule): the tests look for it there. Built with -DGOOD it is its own good twin and breaks none.
 */
#ifndef WATCHFIX_H
#define WATCHFIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifdef __aarch64__
#define RIGHT_SIGNATURE 0xd428bc00
#define RSEQ_NUMBER 293
#else
#define RIGHT_SIGNATURE 0x53053053
#define RSEQ_NUMBER 334
#endif
#ifndef SYS_rseq
#define SYS_rseq RSEQ_NUMBER
#endif
#ifndef SIGNATURE
#define SIGNATURE RIGHT_SIGNATURE
#endif

/* What the sections are made of: rax, or x15 and x14, are theirs. */
#ifdef __aarch64__
#define BEFORE_SIGNATURE ""
#define JUMP "b "
#define LOAD_ADDRESS(label) "adrp x15, " label "\nadd x15, x15, :lo12:" label "\n"
#define ARM_SECTION "str x15, [%[area], #8]\n"
#define INCREMENT_SUM "ldr x14, %[sum]\nadd x14, x14, #1\nstr x14, %[sum]\n"
#define SECTION_CLOBBERS "x14", "x15", "memory", "cc"
#else
#define BEFORE_SIGNATURE ".byte 0x0f, 0xb9, 0x3d\n"
#define JUMP "jmp "
#define LOAD_ADDRESS(label) "leaq " label "(%%rip), %%rax\n"
#define ARM_SECTION "movq %%rax, 8(%[area])\n"
#define INCREMENT_SUM "incq %[sum]\n"
#define SECTION_CLOBBERS "rax", "memory", "cc"
#endif
#define SIGNATURE_TEXT BEFORE_SIGNATURE ".long %c[signature]\n"

#ifdef GOOD
enum { good = 1 };
#else
enum { good = 0 };
#endif

/* struct rseq of include/uapi/linux/rseq.h, with room to grow */
struct area {
	volatile uint32_t cpu_id_start;
	volatile uint32_t cpu_id;
	volatile uint64_t rseq_cs;
	volatile uint32_t flags;
	volatile uint32_t node_id;
	volatile uint32_t mm_cid;
	volatile uint8_t slice_request; /* of slice_ctrl, since Linux 7.0 */
	volatile uint8_t slice_granted;
	char rest[256 - 30];
} __attribute__((aligned(64)));

/* the area of the C library; sys/rseq.h has these since glibc 2.35 */
extern const ptrdiff_t __rseq_offset;
extern const unsigned int __rseq_size;

static inline struct area *glibc_area(void)
{
	return (struct area *)((char *)__builtin_thread_pointer() + __rseq_offset);
}

/* own makes the program start again without glibc's registration, if it has one */
static inline void own(char **argv)
{
	if (__rseq_size == 0)
		return;
	if (getenv("GLIBC_TUNABLES"))
		_exit(4); /* set, and yet glibc has registered: do not start again for ever */
	setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
	execv("/proc/self/exe", argv);
	_exit(5);
}

/* legal_size is a size that this kernel takes, other than 32 where it can */
static inline unsigned legal_size(void)
{
	unsigned long size = getauxval(27); /* AT_RSEQ_FEATURE_SIZE, since Linux 6.3 */

	return !size ? 32 : size <= 64 ? 64 : (size + 63) / 64 * 64;
}

static inline void must(long r)
{
	if (r != 0) {
		perror("rseq");
		exit(3);
	}
}

/* add runs one section, with an area: *at += n if the thread is on the CPU of cpu_id_start */
static inline int add(struct area *a, long *at, long n)
{
	__asm__ volatile goto(
		".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		"3: .long 0, 0\n"
		".quad 1f, 2f - 1f, 4f\n"
		".popsection\n"
		".pushsection __rseq_cs_ptr_array, \"aw\"\n"
		".quad 3b\n"
		".popsection\n"
		LOAD_ADDRESS("3b")
		ARM_SECTION
		"1:\n"
#ifdef __aarch64__
		"ldr w15, [%[area]]\n"
		"ldr w14, [%[area], #4]\n"
		"cmp w14, w15\n"
		"b.ne 4f\n"
		"ldr x15, [%[at]]\n"
		"add x15, x15, %[n]\n"
		"str x15, [%[at]]\n"
#else
		"movl 0(%[area]), %%eax\n"
		"cmpl %%eax, 4(%[area])\n"
		"jnz 4f\n"
		"addq %[n], (%[at])\n"
#endif
		"2:\n"
		".pushsection __rseq_failure, \"ax\"\n"
		SIGNATURE_TEXT
		"4: " JUMP "%l[aborted]\n"
		".popsection\n"
		: : [area] "r"(a), [at] "r"(at), [n] "r"(n), [signature] "i"(SIGNATURE) : SECTION_CLOBBERS : aborted);
	return 0;
aborted:
	return -1;
}

static inline void add_all(struct area *a, long *at, long times)
{
	for (long i = 0; i < times; i++)
		while (add(a, at, 1))
			;
}

#endif
