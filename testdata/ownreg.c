/*
 * ownreg [N]: glibc registers nothing (the program starts itself again with
 * GLIBC_TUNABLES=glibc.pthread.rseq=0 unless it finds that already so), then registers an area
 * of its own, of 64 bytes or more where the kernel names a feature size. Runs N sections (1000).
 */
#include "rseqfix.h"

#include <sys/auxv.h>

#ifndef AT_RSEQ_FEATURE_SIZE
#define AT_RSEQ_FEATURE_SIZE 27 /* include/uapi/linux/auxvec.h, since Linux 6.3 */
#endif

static union {
	struct fix_area area;
	char room[256];
} own __attribute__((aligned(64)));

int main(int argc, char **argv)
{
	unsigned feature = getauxval(AT_RSEQ_FEATURE_SIZE);
	unsigned size = 32;
	intptr_t sum = 0;
	long n;

	if (__rseq_size != 0) {
		if (getenv("GLIBC_TUNABLES"))
			return 4; /* set, and yet glibc has registered: do not start again for ever */
		setenv("GLIBC_TUNABLES", "glibc.pthread.rseq=0", 1);
		execv("/proc/self/exe", argv);
		fix_die("execv");
	}
	if (feature)
		size = feature <= 64 ? 64 : (feature + 63) / 64 * 64;
	if (size > sizeof own)
		return 5;
	own.area.cpu_id = (uint32_t)-1;
	if (syscall(SYS_rseq, &own, size, 0, FIX_SIGNATURE) != 0)
		fix_die("rseq register");
	fix_offset = (char *)&own - (char *)__builtin_thread_pointer();

	if (argc > 1 && strcmp(argv[1], "--labels") == 0) {
		fix_print_labels();
		return 0;
	}
	n = argc > 1 ? atol(argv[1]) : 1000;
	for (long i = 0; i < n; i++)
		while (rseq_addv(&sum, 1, rseq_cpu_start()))
			;
	printf("area %p size %u sum %ld aborts %lu\n", (void *)&own, size, (long)sum, fix_aborts);
	if (syscall(SYS_rseq, &own, size, FIX_UNREGISTER, FIX_SIGNATURE) != 0)
		fix_die("rseq unregister");
	return sum != n;
}
