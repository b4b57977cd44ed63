/*
 * aborts [N [PROCESSES]]: two sections with an undefined instruction inside, in so many processes (default 1), until N (default
 * 1000) were aborted in each, and how many of which. They compare nothing, so that only the kernel aborts them: before it delivers
 * the signal for that instruction (rseq_signal_deliver in kernel/rseq.c), or because it took the CPU away before.
 */
#include "rseqfix.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

#ifdef __aarch64__
#define SPIN_AND_FAULT "mov w15, %[times]\n\t7:\n\tsubs w15, w15, #1\n\tb.ne 7b\n\tudf #0\n\t"
#else
#define SPIN_AND_FAULT "movl %[times], %%eax\n\t7:\n\tdecl %%eax\n\tjnz 7b\n\tud2\n\t"
#endif
#define SPIN                         \
	FIX_ADDRESS("3b", FIX_FIRST) \
	"5:\n\t"                     \
	FIX_ARM(FIX_FIRST)           \
	"1:\n\t"                     \
	SPIN_AND_FAULT               \
	FIX_INC("%[v]")

static __attribute__((noinline)) int spin_short(intptr_t *v)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("short", "0") SPIN FIX_END
		:
		: [area] "r"(FIX_AREA), [v] "m"(*v), [times] "i"(1)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return 1;
}

static __attribute__((noinline)) int spin_long(intptr_t *v)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("long", "0") SPIN FIX_END
		:
		: [area] "r"(FIX_AREA), [v] "m"(*v), [times] "i"(100)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return 1;
}

struct counts {
	long few, many;
};

static void on_illegal(int sig)
{
	(void)sig;
}

static void count(struct counts *c, long n)
{
	struct sigaction action = { .sa_handler = on_illegal, .sa_flags = SA_RESTART };
	intptr_t sum = 0;

	sigaction(SIGILL, &action, NULL);
	while (c->few + c->many < n) {
		c->few += spin_short(&sum);
		c->many += spin_long(&sum);
	}
}

/* For dlaborts.c, which loads this file as a library: offset is where the thread has its area. */
long aborts_run(ptrdiff_t offset, long n)
{
	struct counts c = { 0, 0 };

	fix_offset = offset;
	count(&c, n);
	return c.few + c.many;
}

int main(int argc, char **argv)
{
	long n, processes;
	struct counts *all, total = { 0, 0 };

	fix_main(argc, argv);
	n = argc > 1 ? atol(argv[1]) : 1000;
	processes = argc > 2 ? atol(argv[2]) : 1;
	all = mmap(NULL, processes * sizeof *all, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (all == MAP_FAILED)
		fix_die("mmap");
	for (long i = 1; i < processes; i++) {
		pid_t pid = fork();
		if (pid < 0)
			fix_die("fork");
		if (pid == 0) {
			count(&all[i], n);
			_exit(0);
		}
	}
	count(&all[0], n);
	for (long i = 1; i < processes; i++)
		if (wait(NULL) < 0)
			fix_die("wait");
	for (long i = 0; i < processes; i++) {
		total.few += all[i].few;
		total.many += all[i].many;
	}
	printf("aborts %ld short %ld long %ld\n", total.few + total.many, total.few, total.many);
	return total.few + total.many < n * processes;
}
