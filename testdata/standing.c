/* Lines to stand at with a breakpoint there: each adds another number. SIGALRM is ignored, SIGUSR1 handled. With an
 * argument the program has a breakpoint instruction of its own, at trap. */
#include <signal.h>
#include <stdio.h>

#ifdef __aarch64__
#define TRAP "brk #0"
#else
#define TRAP "int3"
#endif

static volatile int n, handled;

static void on_usr1(int sig)
{
	(void)sig;
	handled++;
}

int main(int argc, char **argv)
{
	(void)argv;
	signal(SIGALRM, SIG_IGN);
	signal(SIGUSR1, on_usr1);
	n += 1;
	n += 2;
	n += 4;
	n += 8;
	if (argc > 1)
		__asm__ volatile(".globl trap\n\tnop\ntrap: " TRAP);
	n += 16;
	printf("n %d handled %d\n", n, handled);
	return 0;
}
