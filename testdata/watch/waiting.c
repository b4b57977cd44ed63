/*
 * The good twin of elsewhere and unregistered: a thread enters a section before it registers, with
 * cpu_id saying so. The comparison with it fails, as rseq(2) provides.
 */
#include "watchfix.h"

static long sum;
static struct area mine;

int main(int argc, char **argv)
{
	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	if (add(&mine, &sum, 1) == 0)
		return 1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	add_all(&mine, &sum, 10);
	must(syscall(SYS_rseq, &mine, legal_size(), 1, SIGNATURE));
	return sum != 10;
}
