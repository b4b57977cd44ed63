/*
 * rseqfix.h: restartable sequences for rseqstep's fixtures (gcc or clang). The instructions are amd64's;
 * those of arm64 are in rseqfix_arm64.h.
 *
 * The layout of struct rseq and struct rseq_cs is that of
 * include/uapi/linux/rseq.h; what is written here is only ours.
 *
 * Switches (-D):
 *   FIX_TABLE        descriptors in __rseq_table, as from 2017 to 2019; no arrays
 *   FIX_NO_POINTERS  descriptors in __rseq_cs, but no __rseq_cs_ptr_array
 *                    (neither: __rseq_cs, the pointer array and the exit points)
 *   FIX_FLAT         the arming store is `mov %rax, 8(%reg)`, not `mov %rax, %fs:8(%reg)`
 *   FIX_OWN          every thread registers an area of its own with rseq(2);
 *                    an area that glibc has registered is taken away from it first
 *   FIX_NEAR         abort handlers lie in the function, behind a jump around them, not in
 *                    __rseq_failure, where code has no lines and no function
 *   FIX_CALL         the sections are functions that are called, not inlined
 */
#ifndef RSEQFIX_H
#define RSEQFIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* dl_iterate_phdr, cpu_set_t: so this header comes first */
#endif

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The 4 bytes before every abort handler: the operand of an undefined instruction, or a brk (RSEQ_SIG). */
#ifdef __aarch64__
#define FIX_SIGNATURE 0xd428bc00
#define FIX_SIGNATURE_ASM "0xd428bc00"
#else
#define FIX_SIGNATURE 0x53053053
#define FIX_SIGNATURE_ASM "0x53053053"
#endif

#define FIX_UNREGISTER 1 /* RSEQ_FLAG_UNREGISTER */

/* struct rseq of Linux 6.3 and later: 32 bytes, of which the last 4 are free. */
struct fix_area {
	uint32_t cpu_id_start;
	uint32_t cpu_id;
	uint64_t rseq_cs;
	uint32_t flags;
	uint32_t node_id;
	uint32_t mm_cid;
	uint32_t pad;
} __attribute__((aligned(32)));

/* Distance in bytes from the thread pointer to the registered area; the same in every thread. */
static ptrdiff_t fix_offset;

/* How many times an abort handler ran, in all threads. */
static uint64_t fix_aborts __attribute__((used));

static inline __attribute__((always_inline, unused)) volatile struct fix_area *fix_area(void)
{
	return (volatile struct fix_area *)((char *)__builtin_thread_pointer() + fix_offset);
}

static inline __attribute__((unused)) void fix_die(const char *what)
{
	perror(what);
	exit(3);
}

/* ---- registration ---- */

#ifdef FIX_OWN
static __thread struct fix_area fix_own = { .cpu_id = (uint32_t)-1 };

/* Takes away the area that glibc registered. The kernel asks for the length it
 * was registered with, which glibc does not tell: 32 bytes, or 33 (glibc 2.43), or more. */
static inline void fix_drop_glibc(void)
{
	struct fix_area *area = (void *)((char *)__builtin_thread_pointer() + __rseq_offset);
	if (__rseq_size == 0 || (int32_t)*(volatile uint32_t *)&area->cpu_id < 0)
		return; /* none, or none in this thread: its maker had none either */
	for (unsigned len = 32; len <= 256; len++)
		if (syscall(SYS_rseq, area, len, FIX_UNREGISTER, FIX_SIGNATURE) == 0)
			return;
	fix_die("rseq unregister");
}
#endif

/* Makes the calling thread's area known to this file, and to the kernel where
 * glibc does not do it. Every thread that runs a section calls it first. */
static inline __attribute__((unused)) void fix_attach(void)
{
#ifdef FIX_OWN
	fix_drop_glibc();
	if (syscall(SYS_rseq, &fix_own, sizeof fix_own, 0, FIX_SIGNATURE) != 0)
		fix_die("rseq register");
	fix_offset = (char *)&fix_own - (char *)__builtin_thread_pointer();
#else
	if (__rseq_size == 0) {
		fprintf(stderr, "glibc has registered no rseq area\n");
		exit(3);
	}
	fix_offset = __rseq_offset;
#endif
}

/* ---- labels: the program's own word on where its sections are ---- */

struct fix_label {
	const char *name;
	uintptr_t arm, start, end, abort, descriptor, exit; /* exit 0: none declared */
};

extern struct fix_label __start_fix_labels[] __attribute__((weak, visibility("hidden")));
extern struct fix_label __stop_fix_labels[] __attribute__((weak, visibility("hidden")));

static inline int fix_bias(struct dl_phdr_info *info, size_t size, void *p)
{
	uintptr_t *at = p; /* at[0]: an address to look for; at[1]: its object's load bias */
	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (at[0] - (info->dlpi_addr + info->dlpi_phdr[i].p_vaddr) < info->dlpi_phdr[i].p_memsz) {
			at[1] = info->dlpi_addr;
			return 1;
		}
	return 0;
}

/* Prints "bias B", then a line for each section of this object, all process addresses. */
static inline __attribute__((unused)) void fix_print_labels(void)
{
	uintptr_t at[2] = { (uintptr_t)__start_fix_labels, 0 };
	dl_iterate_phdr(fix_bias, at);
	printf("bias %#lx\n", at[1]);
	for (struct fix_label *l = __start_fix_labels; l < __stop_fix_labels; l++) {
		printf("section %s arm %#lx start %#lx end %#lx abort %#lx descriptor %#lx",
		       l->name, l->arm, l->start, l->end, l->abort, l->descriptor);
		if (l->exit)
			printf(" exit %#lx", l->exit);
		printf("\n");
	}
	fflush(stdout);
}

/* What main does first: attach; with --labels as the first argument print them and end. */
static inline __attribute__((unused)) void fix_main(int argc, char **argv)
{
	fix_attach();
	if (argc > 1 && strcmp(argv[1], "--labels") == 0) {
		fix_print_labels();
		exit(0);
	}
}

/* ---- sections ---- */

#ifdef FIX_TABLE
#define FIX_WHERE "__rseq_table"
#else
#define FIX_WHERE "__rseq_cs"
#endif

#if defined(FIX_TABLE) || defined(FIX_NO_POINTERS)
#define FIX_POINTER ""
#else
#define FIX_POINTER                                         \
	".pushsection __rseq_cs_ptr_array, \"aw\"\n\t"      \
	".quad 3b\n\t"                                      \
	".popsection\n\t"
#endif

#ifdef FIX_TABLE
#define FIX_EXIT_POINT(label) ""
#else
#define FIX_EXIT_POINT(label)                               \
	".pushsection __rseq_exit_point_array, \"aw\"\n\t"  \
	".quad 1f, " label "\n\t"                           \
	".popsection\n\t"
#endif

/* Local labels: 1 start, 2 post-commit, 3 descriptor, 4 abort, 5 arming store, 6 name, 7 loop, 8 after the handler. */
#define FIX_DESCRIBE(name, exit)                                            \
	".pushsection " FIX_WHERE ", \"aw\"\n\t"                            \
	".balign 32\n\t"                                                    \
	"3:\n\t"                                                            \
	".long 0, 0\n\t"                                                    \
	".quad 1f, (2f - 1f), 4f\n\t"                                       \
	".popsection\n\t"                                                   \
	FIX_POINTER                                                         \
	".pushsection .rodata.fix_names, \"a\"\n\t"                         \
	"6:\n\t"                                                            \
	".asciz \"" name "\"\n\t"                                           \
	".popsection\n\t"                                                   \
	".pushsection fix_labels, \"aw\"\n\t"                               \
	".balign 8\n\t"                                                     \
	".quad 6b, 5f, 1f, 2f, 4f, 3b, " exit "\n\t"                        \
	".popsection\n\t"

#ifdef __aarch64__
#include "rseqfix_arm64.h"
#else
#define FIX_CLOBBERS "memory", "cc", "rax", "rcx"

#ifdef FIX_FLAT
#define FIX_FS
#define FIX_AREA ((uintptr_t)fix_area())
#else
#define FIX_FS "%%fs:"
#define FIX_AREA fix_offset
#endif

/* Parts of a section's beginning: an address into a register, one of two; its store as the descriptor; the comparison of
 * the CPU. */
#define FIX_FIRST "%%rax"
#define FIX_SECOND "%%rcx"
#define FIX_ADDRESS(label, to) "leaq " label "(%%rip), " to "\n\t"
#define FIX_ARM(from) "movq " from ", " FIX_FS "8(%[area])\n\t"
#define FIX_COMPARE_CPU(label) "cmpl %[cpu], " FIX_FS "4(%[area])\n\tjnz " label "\n\t"
#define FIX_BEFORE_ABORT ".byte 0x0f, 0xb9, 0x3d\n\t.long " FIX_SIGNATURE_ASM "\n\t"
#define FIX_JUMP "jmp"

#ifdef FIX_NEAR
#define FIX_ASIDE "jmp 8f\n\t"
#define FIX_BACK "8:\n\t"
#else
#define FIX_ASIDE ".pushsection __rseq_failure, \"ax\"\n\t"
#define FIX_BACK ".popsection\n\t"
#endif

/* Ends the section and writes its abort handler, away from the function or behind a jump. */
#define FIX_END                                                             \
	"2:\n\t"                                                            \
	FIX_ASIDE                                                           \
	FIX_BEFORE_ABORT                                                    \
	"4:\n\t"                                                            \
	"lock incq fix_aborts(%%rip)\n\t"                                   \
	"jmp %l[abort]\n\t"                                                 \
	FIX_BACK

/* Parts of a section: a store of a register to memory, and an addition of 1 to it. */
#define FIX_STORE(value, place) "movq " value ", " place "\n\t"
#define FIX_INC(place) "addq $1, " place "\n\t"

/* What each section does after FIX_BEGIN, up to its committing store. */
#define FIX_ADDV                                                           \
	"addq %[count], %[v]\n\t"
#define FIX_ADDEND "er"

#define FIX_CMPEQV_STOREV                                                  \
	"cmpq %[v], %[expect]\n\t" \
	"jnz %l[differ]\n\t" \
	"movq %[newv], %[v]\n\t"

#define FIX_LIST_POP                                                       \
	"movq %[head], %%rcx\n\t" \
	"testq %%rcx, %%rcx\n\t" \
	"jz %l[empty]\n\t" \
	"movq %%rcx, %[out]\n\t" \
	"movq (%%rcx), %%rcx\n\t" \
	"movq %%rcx, %[head]\n\t"

#define FIX_COPY_STOREV                                                    \
	"cmpq (%[v]), %[expect]\n\t" \
	"jnz %l[differ]\n\t" \
	"xorl %%ecx, %%ecx\n\t" \
	"7:\n\t" \
	"movb (%[src], %%rcx), %%al\n\t" \
	"movb %%al, (%[dst], %%rcx)\n\t" \
	"incq %%rcx\n\t" \
	"cmpq %[len], %%rcx\n\t" \
	"jb 7b\n\t" \
	"movq %[newv], (%[v])\n\t"
#endif

/* Arms, then compares the CPU; a section of any kind begins like this. */
#define FIX_BEGIN               \
	FIX_ADDRESS("3b", FIX_FIRST) \
	"5:\n\t"                \
	FIX_ARM(FIX_FIRST)      \
	"1:\n\t"                \
	FIX_COMPARE_CPU("4f")

#ifdef FIX_CALL
#define FIX_FUNC static __attribute__((noinline, unused))
#else
#define FIX_FUNC static inline __attribute__((always_inline, unused))
#endif

/* The CPU to hand to a section: cpu_id_start, always a possible CPU. */
FIX_FUNC int rseq_cpu_start(void)
{
	return (int)fix_area()->cpu_id_start;
}

/* *v += count on cpu. Returns 0 when done, -1 when it must be tried again. */
FIX_FUNC int rseq_addv(intptr_t *v, intptr_t count, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("addv", "0")
		FIX_BEGIN
		FIX_ADDV
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [count] FIX_ADDEND(count)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

/* if (*v == expect) *v = newv, on cpu. Returns 0, 1 when they differ, -1 to try again. */
FIX_FUNC int rseq_cmpeqv_storev(intptr_t *v, intptr_t expect, intptr_t newv, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("cmpeqv_storev", "%l[differ]")
		FIX_EXIT_POINT("%l[differ]")
		FIX_BEGIN
		FIX_CMPEQV_STOREV
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "m"(*v), [expect] "r"(expect), [newv] "r"(newv)
		: FIX_CLOBBERS
		: abort, differ);
	return 0;
abort:
	return -1;
differ:
	return 1;
}

/* A node of a per-CPU list; next is its first field. */
struct fix_node {
	struct fix_node *next;
	long id;
};

/* Takes the first node of the list at head into *out, on cpu. Returns 0, 1 when empty, -1 to try again. */
FIX_FUNC int rseq_list_pop(struct fix_node **head, struct fix_node **out, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("list_pop", "%l[empty]")
		FIX_EXIT_POINT("%l[empty]")
		FIX_BEGIN
		FIX_LIST_POP
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [head] "m"(*head), [out] "m"(*out)
		: FIX_CLOBBERS
		: abort, empty);
	return 0;
abort:
	return -1;
empty:
	return 1;
}

/* Puts node before the first one of the list at head, on cpu. Returns as rseq_cmpeqv_storev. */
FIX_FUNC int rseq_list_push(struct fix_node **head, struct fix_node *node, int cpu)
{
	struct fix_node *first = *(struct fix_node *volatile *)head;
	node->next = first;
	return rseq_cmpeqv_storev((intptr_t *)head, (intptr_t)first, (intptr_t)node, cpu);
}

/* Copies len bytes one by one (a loop inside the section; len > 0), then stores newv in
 * *v, if *v == expect; on cpu. Returns as rseq_cmpeqv_storev. */
FIX_FUNC int rseq_copy_storev(intptr_t *v, intptr_t expect, intptr_t newv,
			      char *dst, const char *src, size_t len, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("copy_storev", "%l[differ]")
		FIX_EXIT_POINT("%l[differ]")
		FIX_BEGIN
		FIX_COPY_STOREV
		FIX_END
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [v] "r"(v), [expect] "r"(expect),
		  [newv] "r"(newv), [dst] "r"(dst), [src] "r"(src), [len] "r"(len)
		: FIX_CLOBBERS
		: abort, differ);
	return 0;
abort:
	return -1;
differ:
	return 1;
}

#endif
