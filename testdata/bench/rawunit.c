/*
 * rawunit [-p] N UNITS_PROGRAM: runs N sections of units.c as units, with nothing around: hardware
 * breakpoints on the arming store, post-commit and abort. "Each" counts both ways: from the arming
 * store to the exit, and on to the next arming store; "unit" the first way alone. Prints
 * "units N ns T each U unit V aborts A plain P" (each and unit in microseconds).
 *   -p  tracer and tracee on one CPU, the one this started on
 *   -s  on to the next arming store by single steps, reading the registers after each: P of them in all
 * The addresses are the program's own words (--labels), so it is started without randomization.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <signal.h>
#include <stddef.h>

static void debug_register(pid_t pid, int n, unsigned long value)
{
	if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg) + n * sizeof(long), value))
		die("PTRACE_POKEUSER");
}

/* Lets it go, by PTRACE_CONT or PTRACE_SINGLESTEP, and returns where it traps. */
static unsigned long resume(enum __ptrace_request how, pid_t pid, struct user_regs_struct *regs)
{
	if (ptrace(how, pid, 0, 0))
		die("resume");
	int sig = wait_stop(pid);
	if (sig != SIGTRAP) {
		fprintf(stderr, "signal %d\n", sig);
		exit(1);
	}
	if (ptrace(PTRACE_GETREGS, pid, 0, regs))
		die("PTRACE_GETREGS");
	return regs->rip;
}

/* Single-steps to an address and returns how many steps that took. */
static long step_to(pid_t pid, unsigned long at, struct user_regs_struct *regs)
{
	long n = 1;
	while (resume(PTRACE_SINGLESTEP, pid, regs) != at)
		n++;
	return n;
}

int main(int argc, char **argv)
{
	struct user_regs_struct regs;
	double began, units = 0;
	int one_cpu = 0, steps = 0, opt;
	long aborts = 0, plain = 0;
	char count[32];

	while ((opt = getopt(argc, argv, "+ps")) > 0) {
		if (opt == 'p')
			one_cpu = 1;
		else if (opt == 's')
			steps = 1;
		else
			return 2;
	}
	if (argc - optind != 2) {
		fprintf(stderr, "usage: rawunit [-p] [-s] N UNITS_PROGRAM\n");
		return 2;
	}
	long n = atol(argv[optind]);
	char *program = argv[optind + 1];
	if (n < 1)
		return 2;
	snprintf(count, sizeof count, "%ld", n + 1);

	personality(ADDR_NO_RANDOMIZE); /* kept over fork and exec */
	if (one_cpu)
		pin();
	struct place at = ask(program);

	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			die("PTRACE_TRACEME");
		execl(program, program, count, (char *)NULL);
		die(program);
	}
	wait_stop(pid);
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL))
		die("PTRACE_SETOPTIONS");

	/* The arming store in slot 0, post-commit in 1, abort in 2: nothing is written into the code.
	 * In DR7 two bits a slot enable it; kind and length are zero for execution (Intel SDM 3B, 18.2). */
	debug_register(pid, 0, at.arm);
	debug_register(pid, 1, at.end);
	debug_register(pid, 2, at.abort);
	debug_register(pid, 7, 1 | 4 | 16);

	if (resume(PTRACE_CONT, pid, &regs) != at.arm)
		die("not at the arming store");
	if (steps)
		debug_register(pid, 7, 4 | 16); /* it is come to by steps: its own breakpoint would be met on leaving */
	began = now();
	for (long i = 0; i < n; i++) {
		double left = now();
		/* An instruction breakpoint is not met again at once: the kernel sets RF. */
		unsigned long pc = resume(PTRACE_CONT, pid, &regs);
		if (pc == at.abort)
			aborts++;
		else if (pc != at.end) {
			fprintf(stderr, "at %#lx\n", pc);
			return 1;
		}
		units += now() - left;
		if (steps)
			plain += step_to(pid, at.arm, &regs);
		else if (resume(PTRACE_CONT, pid, &regs) != at.arm) {
			fprintf(stderr, "left the loop after %ld units\n", i + 1);
			return 1;
		}
	}
	began = now() - began;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	printf("units %ld ns %.0f each %.2f unit %.2f aborts %ld plain %ld\n", n, began, began / n / 1000,
	       units / n / 1000, aborts, plain);
	return 0;
}
