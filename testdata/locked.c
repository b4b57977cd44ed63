/*
 * locked: a thread counts rounds for ever while main goes through lines with calls, jumps and system
 * calls in them, and through a critical section: for scheduler-locking.
 */
#include "rseqfix.h"
#include <pthread.h>
#include <unistd.h>

static volatile long others;
static volatile int over;
static intptr_t v;

static void *count(void *unused)
{
	while (!over)
		others++;
	return unused;
}

__attribute__((noinline)) static int add(int n)
{
	int s = 0;
	for (int i = 0; i < n; i++)
		s += i ^ (s >> 3);
	return s;
}

static int begin(void) { return others > 1000; }

int main(int argc, char **argv)
{
	pthread_t t;
	int s = 0;

	fix_main(argc, argv);
	pthread_create(&t, NULL, count, NULL);
	while (!begin())
		usleep(1000);
	for (int i = 0; i < 200; i++) { /* steps */
		s += add(100);
		for (int k = 0; k < 200000; k++) s ^= k;
		s += getppid() > 0;
		while (rseq_addv(&v, 1, rseq_cpu_start())) ;
		s += add(s & 7);
	}
	over = 1;
	pthread_join(t, NULL);
	printf("v %ld s %d\n", (long)v, s != 0);
	return v != 200;
}
