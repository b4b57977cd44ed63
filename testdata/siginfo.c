/*
 * Signals whose siginfo_t says something: three of SIGUSR1, queued with the values 1, 2 and 3, and a SIGSEGV at the
 * address 16. The handler prints what it was given.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static sigjmp_buf back;
volatile int called;

int callee(int n)
{
	called++;
	return n + 1;
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	(void)context;
	if (sig == SIGUSR1) {
		printf("value %d code %d\n", info->si_value.sival_int, info->si_code);
		return;
	}
	printf("address %ld\n", (long)info->si_addr);
	siglongjmp(back, 1);
}

int main(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO };

	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGSEGV, &action, NULL);
	for (int i = 1; i <= 3; i++)
		sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_int = i });
	if (!sigsetjmp(back, 1))
		*(volatile int *)16 = 1;
	printf("called %d\n", called);
	return 0;
}
