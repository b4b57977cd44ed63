/*
 * crowd [THREADS [ROUNDS]]: threads that all write cpu_id_start of their areas, all the time, at one place;
 * each ends when it has done so ROUNDS times.
 */
#include "watchfix.h"

static long rounds = 20000;

static void *disturb(void *unused)
{
	struct area *a = glibc_area();

	for (long i = 0; i < rounds; i++)
		if (!good)
			a->cpu_id_start = i; /* BREAKS kernel-field-written cpu_id_start */
	return unused;
}

int main(int argc, char **argv)
{
	long n = argc > 1 ? atol(argv[1]) : 100;
	pthread_t *threads = calloc(n, sizeof *threads);

	if (argc > 2)
		rounds = atol(argv[2]);
	for (long i = 0; i < n; i++)
		must(pthread_create(&threads[i], NULL, disturb, NULL));
	for (long i = 0; i < n; i++)
		must(pthread_join(threads[i], NULL));
	return 0;
}
