/* alignment: an area of more than 32 bytes, aligned to 32 only. Kernels before 7.1 take it. */
#include "watchfix.h"

static struct area mine[2];

int main(int argc, char **argv)
{
	struct area *a = good ? mine : (struct area *)((char *)mine + 32);

	(void)argc;
	own(argv);
	a->cpu_id = -1;
	if (syscall(SYS_rseq, a, legal_size(), 0, SIGNATURE) == 0) /* BREAKS area-alignment */
		must(syscall(SYS_rseq, a, legal_size(), 1, SIGNATURE));
	return 0;
}
