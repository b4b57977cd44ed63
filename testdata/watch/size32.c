/* size32: registers an area of its own with the original size, without glibc's registration. */
#include "watchfix.h"

static struct area mine;
static long sum;

int main(int argc, char **argv)
{
	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, good ? legal_size() : 32, 0, SIGNATURE)); /* BREAKS legacy-size */
	add_all(&mine, &sum, 1000);
	must(syscall(SYS_rseq, &mine, good ? legal_size() : 32, 1, SIGNATURE));
	return sum != 1000;
}
