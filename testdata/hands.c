/*
 * hands [SECONDS]: for changing hands between debuggers. Two threads count, and main counts the
 * SIGCONTs and SIGUSR1s it gets; it ends, with 0 when there was no SIGCONT, once `over` is set or
 * after SECONDS (default 600).
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static volatile sig_atomic_t continued, told;
static volatile int over;
static volatile long counts[2];

static void on_cont(int sig) { (void)sig; continued++; }
static void on_usr1(int sig) { (void)sig; told++; }

static void *count(void *which)
{
	while (!over)
		++*(volatile long *)which;
	return NULL;
}

static void looked_at(void)
{
	struct timespec pause = { 0, 1000000 };
	nanosleep(&pause, NULL);
}

int main(int argc, char **argv)
{
	pthread_t threads[2];
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 600);

	signal(SIGCONT, on_cont);
	signal(SIGUSR1, on_usr1);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, count, (void *)&counts[i]);
	while (!over && time(NULL) < end)
		looked_at();
	over = 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	printf("continued %d, told %d\n", (int)continued, (int)told);
	return continued != 0;
}
