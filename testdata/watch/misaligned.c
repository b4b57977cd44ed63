/* misaligned: addresses, sizes and flags that the kernel rejects. */
#include "watchfix.h"

static struct area mine[2];

int main(int argc, char **argv)
{
	(void)argc;
	own(argv);
	if (good) {
		must(syscall(SYS_rseq, mine, legal_size(), 0, SIGNATURE));
		must(syscall(SYS_rseq, mine, legal_size(), 1, SIGNATURE));
		return 0;
	}
	if (syscall(SYS_rseq, (char *)mine + 8, 32, 0, SIGNATURE) == 0) /* BREAKS registration-rejected multiple */
		return 1;
	if (syscall(SYS_rseq, mine, 24, 0, SIGNATURE) == 0) /* BREAKS registration-rejected below */
		return 2;
	if (syscall(SYS_rseq, mine, 32, 1, SIGNATURE) == 0) /* BREAKS registration-rejected unregister */
		return 3;
	return 0;
}
