/* hits THREADS ROUNDS: threads that all come to one line (hit) and write one word (watched), ROUNDS times each, at the same
 * time as far as there are CPUs. Half of the writes do not change the word. Ends with 1 if a thread has not done its rounds. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define MOST 64

volatile long watched;
static volatile long done[MOST];
static long rounds;
static pthread_barrier_t begin;

static __attribute__((noinline)) void hit(long me, long round)
{
	done[me]++;
	watched = round / 2;
}

static void *run(void *arg)
{
	pthread_barrier_wait(&begin);
	for (long i = 0; i < rounds; i++)
		hit((long)arg, i);
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[MOST];
	long n = argc > 1 ? atol(argv[1]) : 2, sum = 0;

	rounds = argc > 2 ? atol(argv[2]) : 100;
	if (n > MOST)
		return 2;
	pthread_barrier_init(&begin, NULL, n);
	for (long i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, run, (void *)i))
			return 2;
	for (long i = 0; i < n; i++) {
		pthread_join(threads[i], NULL);
		sum += done[i];
	}
	printf("rounds %ld\n", sum);
	return sum != n * rounds;
}
