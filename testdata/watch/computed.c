/* computed: the number of rseq(2) comes out of memory. */
#include "watchfix.h"

static struct area mine;
static volatile long number = SYS_rseq;

int main(int argc, char **argv)
{
	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	must(syscall(number, &mine, good ? legal_size() : 32, 0, SIGNATURE)); /* BREAKS legacy-size */
	if (!good)
		mine.cpu_id_start = 1; /* BREAKS kernel-field-written cpu_id_start */
	return 0;
}
