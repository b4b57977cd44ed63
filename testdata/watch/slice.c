/* slice: requests a time slice extension that is not enabled; good: looks whether it is. */
#include "watchfix.h"

static struct area mine;

int main(int argc, char **argv)
{
	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	for (int n = 0; n < 100; n++) {
		if (good && !(mine.flags & 1 << 5))
			continue;
		mine.slice_request = 1; /* BREAKS slice-not-enabled */
		mine.slice_request = 0;
		if (mine.slice_granted)
			syscall(471);
	}
	must(syscall(SYS_rseq, &mine, legal_size(), 1, SIGNATURE));
	return 0;
}
