/* unregistered: of two threads only one registers; the other one's area claims CPU 0. */
#include "watchfix.h"

static long sum;
static __thread struct area mine;

static void *forgotten(void *unused)
{
	(void)unused;
	mine.cpu_id = mine.cpu_id_start = 0;
	if (good)
		must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	add_all(&mine, &sum, 10); /* BREAKS armed-unregistered */
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t thread;

	(void)argc;
	own(argv);
	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, SIGNATURE));
	must(pthread_create(&thread, NULL, forgotten, NULL));
	must(pthread_join(thread, NULL));
	add_all(&mine, &sum, 10);
	must(syscall(SYS_rseq, &mine, legal_size(), 1, SIGNATURE));
	return sum != 20;
}
