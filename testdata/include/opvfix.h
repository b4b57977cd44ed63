/*
 * opvfix.h: the cpu_opv system call as programs of 2017 and 2018 made it, for
 * rseqstep's fixtures. -DOPV_ABI=9 is the ABI of November 2018; without it that
 * of November 2017 (v3). Layouts are those of include/uapi/linux/cpu_opv.h of the
 * two patch series; what is written here is only ours.
 */
#ifndef OPVFIX_H
#define OPVFIX_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef OPV_ABI
#define OPV_ABI 3
#endif
#ifndef OPV_NR
#define OPV_NR 335
#endif

struct op {
	int32_t op;
	uint32_t len;
	union {
		struct { uint64_t a, b; uint8_t fault_a, fault_b; } two; /* compares; copies: dst, src */
		struct { uint64_t p; uint64_t value; uint8_t fault; } one; /* arithmetic, bitwise */
		struct { uint64_t p; uint32_t bits; uint8_t fault; } shift;
		char room[24];
	} u;
};
_Static_assert(sizeof(struct op) == 32, "struct cpu_op has 32 bytes");

#if OPV_ABI == 9
enum { EQ, NE, COPY, COPY_RELEASE, ADD, ADD_RELEASE, KINDS };
enum { MAX_OPS = 4, MAX_SUM = 4096 + 3 * 8 };
#else
enum { EQ, NE, COPY, ADD, OR, AND, XOR, LEFT, RIGHT, BARRIER, KINDS };
enum { MAX_OPS = 16, MAX_SUM = 4096 + 15 * 8 };
#endif
enum { FLAG_KINDS = 1, FLAG_MAX = 2 };

#define PAGE 4096

/* The raw call: 0, what it counts, or a negative errno. */
static inline __attribute__((unused)) long opv(const struct op *ops, int count, int cpu, int flags)
{
#ifdef __aarch64__
	register long x8 __asm__("x8") = OPV_NR, x0 __asm__("x0") = (long)ops, x1 __asm__("x1") = count, x2 __asm__("x2") = cpu, x3 __asm__("x3") = flags;

	__asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
	return x0;
#else
	register long r10 __asm__("r10") = flags;
	long ret = OPV_NR;

	__asm__ volatile("syscall" : "+a"(ret) : "D"(ops), "S"((long)count), "d"((long)cpu), "r"(r10) : "rcx", "r11", "memory");
	return ret;
#endif
}

static inline struct op two(int kind, const void *a, const void *b, uint32_t len)
{
	struct op o = { .op = kind, .len = len };

	o.u.two.a = (uintptr_t)a;
	o.u.two.b = (uintptr_t)b;
	return o;
}

static inline struct op one(int kind, const void *p, uint64_t value, uint32_t len)
{
	struct op o = { .op = kind, .len = len };

	o.u.one.p = (uintptr_t)p;
	o.u.one.value = value;
	return o;
}

static inline __attribute__((unused)) struct op shift(int kind, const void *p, uint32_t bits, uint32_t len)
{
	struct op o = { .op = kind, .len = len };

	o.u.shift.p = (uintptr_t)p;
	o.u.shift.bits = bits;
	return o;
}

static int home; /* a CPU that every thread may run on */

/* Runs the operations on the home CPU. */
#define RUN(...) ({ struct op run_ops[] = { __VA_ARGS__ }; opv(run_ops, sizeof(run_ops) / sizeof(run_ops[0]), home, 0); })

static int cases, passed;

static inline void check(const char *name, long got, long want)
{
	cases++;
	if (got == want)
		passed++;
	else
		fprintf(stderr, "%s: %ld, want %ld\n", name, got, want);
}

static inline int summary(void)
{
	printf("%d cases, %d passed\n", cases, passed);
	return passed != cases;
}

/* Without anybody who provides it, today's kernel kills its caller (335 is uretprobe). */
static void absent(int sig)
{
	(void)sig;
	static const char text[] = "no cpu_opv here\n";

	_exit(write(2, text, sizeof(text) - 1) < 0 ? 3 : 2);
}

static inline void prepare(void)
{
	cpu_set_t set;

	signal(SIGILL, absent);
	sched_getaffinity(0, sizeof(set), &set);
	while (home < CPU_SETSIZE && !CPU_ISSET(home, &set))
		home++;
}

static inline void *pages(size_t count, int protection)
{
	void *p = mmap(NULL, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(3);
	}
	return p;
}

#endif
