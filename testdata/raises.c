/* raises: sends itself SIGUSR1 until its standard input ends, and compares how many it sent and handled. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static volatile long sent, handled;
static volatile int done;

static void on(int sig)
{
	handled++;
}

static void *waits(void *unused)
{
	char c;

	while (read(0, &c, 1) > 0)
		;
	done = 1;
	return unused;
}

int main(void)
{
	sigset_t usr1;
	pthread_t t;

	signal(SIGUSR1, on);
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, NULL);
	if (pthread_create(&t, NULL, waits, NULL))
		return 1;
	pthread_sigmask(SIG_UNBLOCK, &usr1, NULL);
	puts("ready");
	fflush(stdout);
	while (!done) {
		sent++;
		kill(getpid(), SIGUSR1); /* handled before it returns (signal(7)) */
	}
	printf("sent %s handled\n", sent == handled ? "==" : "!=");
	return sent != handled;
}
