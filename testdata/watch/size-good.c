/* The good twin of size32, wrongsig, refused, misaligned, unregistered: as the kernel wants it, in each thread. */
#include "watchfix.h"

static long sums[8];

static void *work(void *sum)
{
	static __thread struct area mine;

	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	add_all(&mine, sum, 1000);
	must(syscall(SYS_rseq, &mine, legal_size(), 1, SIGNATURE));
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[8];

	(void)argc;
	own(argv);
	for (int n = 0; n < 8; n++)
		must(pthread_create(&threads[n], NULL, work, &sums[n]));
	for (int n = 0; n < 8; n++)
		must(pthread_join(threads[n], NULL) || sums[n] != 1000);
	return 0;
}
