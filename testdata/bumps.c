/* Three threads with thread-local sums, and a main thread that has no variable "id". All meet in
   bump: each waits there until the others have come. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

static __thread long mine;
static pthread_barrier_t all;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int shared;

static int bump(int id, int k)
{
	pthread_barrier_wait(&all);
	pthread_mutex_lock(&lock);
	shared += k;
	mine += id * 100;
	pthread_mutex_unlock(&lock);
	return (int)mine;
}

static void *worker(void *a)
{
	long sum = 0;

	for (int i = 0; i < 3; i++)
		sum += bump((int)(long)a, 1);
	return (void *)sum;
}

int main(void)
{
	pthread_t t[3];
	long sum = 0;

	pthread_barrier_init(&all, 0, 3);
	pthread_setname_np(pthread_self(), "boss");
	for (long i = 0; i < 3; i++)
		pthread_create(&t[i], 0, worker, (void *)(i + 1));
	for (int i = 0; i < 3; i++) {
		void *r;
		pthread_join(t[i], &r);
		sum += (long)r;
	}
	printf("%d %ld\n", shared, sum);
	return shared != 9 || sum != 3600;
}
