/*
 * slice [N]: registers an area as large as the kernel's features are, switches the time slice extension
 * on where there is one, runs N sections (default 3), asking for an extension in each, and says whether it
 * is still on. As ownreg.c it starts itself again for glibc to register nothing.
 */
#include "rseqfix.h"

#include <sched.h>
#include <sys/auxv.h>
#include <sys/prctl.h>

#define SLICE_EXTENSION 79 /* PR_RSEQ_SLICE_EXTENSION; get 1, set 2; include/uapi/linux/prctl.h */
#define SLICE_YIELD 471    /* rseq_slice_yield(2) */
#define FEATURE_SIZE 27    /* AT_RSEQ_FEATURE_SIZE, include/uapi/linux/auxvec.h */

/* struct rseq with the fields that came in 2026, in the room and at the alignment of 64 bytes. */
static __thread struct {
	struct fix_area old;
	char more[32];
} __attribute__((aligned(64))) area = { .old.cpu_id = (uint32_t)-1 };

static struct { intptr_t count; char pad[56]; } slots[CPU_SETSIZE];

int main(int argc, char **argv)
{
	unsigned size = getauxval(FEATURE_SIZE) > 32 ? 64 : 32;
	long n = argc > 1 ? atol(argv[1]) : 3, attempts = 0;
	intptr_t sum = 0;

	if (__rseq_size != 0) {
		if (getenv("GLIBC_TUNABLES"))
			return 4; /* set, and yet glibc has registered: do not start again for ever */
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execv("/proc/self/exe", argv);
		fix_die("execv");
	}
	if (syscall(SYS_rseq, &area, size, 0, FIX_SIGNATURE) != 0)
		fix_die("rseq");
	fix_offset = (char *)&area - (char *)__builtin_thread_pointer();

	volatile uint32_t *flags = &area.old.flags;
	volatile uint8_t *ctrl = (volatile uint8_t *)&area.old.pad; /* request, granted */
	int set = prctl(SLICE_EXTENSION, 2, 1, 0, 0), on = prctl(SLICE_EXTENSION, 1, 0, 0, 0);
	uint32_t before = *flags;

	printf("slice extension %s\n", set == 0 ? "on" : "none");
	fflush(stdout);
	for (long i = 0; i < n; i++) {
		int ret;
		do {
			int cpu = rseq_cpu_start();
			if (set == 0)
				ctrl[0] = 1;
			ret = rseq_addv(&slots[cpu].count, 1, cpu);
			if (set == 0) {
				ctrl[0] = 0;
				if (ctrl[1])
					syscall(SLICE_YIELD);
			}
			attempts++;
		} while (ret);
	}
	for (int i = 0; i < CPU_SETSIZE; i++)
		sum += slots[i].count;
	int still = prctl(SLICE_EXTENSION, 1, 0, 0, 0);
	printf("sum %ld, flags %s, extension %s\n", (long)sum, *flags == before ? "the same" : "changed", still == on ? "the same" : "changed");
	return sum != n || *flags != before || still != on;
}
