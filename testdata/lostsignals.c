/*
 * lostsignals [N]: two threads send themselves SIGUSR1 N times each (default 200), each signal after
 * the one before has been handled. Ends with 0 if every one was handled.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static int handled, each = 200;

__attribute__((noinline)) static void on_usr1(int sig)
{
	__atomic_add_fetch(&handled, sig == SIGUSR1, __ATOMIC_RELAXED);
}

static void *sender(void *unused)
{
	for (int i = 0; i < each; i++)
		pthread_kill(pthread_self(), SIGUSR1);
	return unused;
}

static void done(void)
{
	printf("handled %d of %d\n", handled, 2 * each);
}

int main(int argc, char **argv)
{
	pthread_t t[2];

	if (argc > 1)
		each = atoi(argv[1]);
	signal(SIGUSR1, on_usr1);
	for (int i = 0; i < 2; i++)
		pthread_create(t + i, NULL, sender, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	done();
	return handled != 2 * each;
}
