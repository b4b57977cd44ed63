/*
 * wrongcpu: pinned to CPU 0, it wants to count on CPU 1: natively it never ends. Under a debugger that does
 * the section's work by a cpu_opv vector, the counter is 1 after one line.
 */
#include "rseqfix.h"

#include <sched.h>

int main(int argc, char **argv)
{
	intptr_t counters[2] = { 0, 0 };
	cpu_set_t first;
	int ret;

	fix_main(argc, argv);
	CPU_ZERO(&first);
	CPU_SET(0, &first);
	if (sched_setaffinity(0, sizeof first, &first) != 0)
		fix_die("sched_setaffinity");
	do { ret = rseq_addv(&counters[1], 1, 1); } while (ret); /* the endless line */
	printf("counters %ld %ld\n", (long)counters[0], (long)counters[1]);
	return counters[0] != 0 || counters[1] != 1;
}
