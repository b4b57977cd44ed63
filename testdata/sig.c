/*
 * Signals: SIGUSR1 raised three times, SIGUSR2 ignored, then SIGALRM from a 2 ms timer until
 * it came five times.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile sig_atomic_t usr1, alarms;

static void on_usr1(int sig)
{
	(void)sig;
	usr1++;
}

static void on_alarm(int sig)
{
	(void)sig;
	alarms++;
}

int main(void)
{
	struct itimerval every = { { 0, 2000 }, { 0, 2000 } }, off = { { 0, 0 }, { 0, 0 } };
	volatile unsigned long spun = 0;

	signal(SIGUSR1, on_usr1);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGALRM, on_alarm);
	for (int i = 0; i < 3; i++)
		raise(SIGUSR1);
	raise(SIGUSR2);
	setitimer(ITIMER_REAL, &every, NULL);
	while (alarms < 5)
		spun++;
	setitimer(ITIMER_REAL, &off, NULL);
	printf("usr1 %d alarms enough\n", (int)usr1);
	return usr1 != 3;
}
