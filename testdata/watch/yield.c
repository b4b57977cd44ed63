/*
 * yield: has the time slice extension enabled, and does not give the CPU back; good: does. Where the kernel
 * has none, the program itself sets the flag that says so: it enters no section.
 */
#include "watchfix.h"

#include <sys/prctl.h>

static struct area mine;

int main(int argc, char **argv)
{
	volatile long work = 0;

	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	if (prctl(79, 2, 1, 0, 0) != 0)
		mine.flags = 3 << 4;
	for (int n = 0; n < 100; n++) {
		mine.slice_request = 1;
		work++;
		mine.slice_request = 0; /* BREAKS slice-not-yielded */
		if (good && mine.slice_granted)
			syscall(471);
		getppid();
	}
	mine.flags = 0;
	must(syscall(SYS_rseq, &mine, legal_size(), 1, SIGNATURE));
	return work != 100;
}
