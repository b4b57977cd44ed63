/*
 * Signals whose handlers do not come back to where they interrupted (siglongjmp), as Go's preemption does not. They are to
 * come in a plain instruction (plain) or a system call (call), which is not come to again. At the end: how often each of
 * SIGUSR1, SIGURG and SIGRTMIN came, and how many of them were sent to this thread (tgkill). Its argument: how many it waits for.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigjmp_buf begin;
static volatile int came[65], named[65], total;

static void jump(int sig, siginfo_t *info, void *context)
{
	(void)context;
	came[sig]++;
	named[sig] += info->si_code == SI_TKILL;
	total++;
	siglongjmp(begin, 1);
}

static void interrupted(void)
{
#ifdef __aarch64__
	register long result __asm__("x0"), number __asm__("x8") = SYS_getppid;

	__asm__ volatile(".globl plain, call, called\n"
			 "plain: add x9, x10, 8\n"
			 "call: svc #0\n"
			 "called: nop\n" : "=r"(result) : "r"(number) : "x9", "x10", "memory");
#else
	long result;

	__asm__ volatile(".globl plain, call, called\n"
			 "plain: lea 8(%%rdx), %%rcx\n"
			 "call: syscall\n"
			 "called: nop\n" : "=a"(result) : "a"(SYS_getppid) : "rcx", "rdx", "r11", "memory");
#endif
	if (result < 0)
		abort();
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGUSR1, SIGURG, 34 };
	struct sigaction action = { .sa_sigaction = jump, .sa_flags = SA_SIGINFO };
	volatile int wanted = argc > 1 ? atoi(argv[1]) : 0;

	sigfillset(&action.sa_mask);
	for (int i = 0; i < 3; i++)
		sigaction(signals[i], &action, NULL);
	if (sigsetjmp(begin, 1) == 0)
		interrupted();
	while (total < wanted)
		;
	for (int i = 0; i < 3; i++)
		printf("%d: %d, %d named\n", signals[i], came[signals[i]], named[signals[i]]);
	return total != wanted;
}
