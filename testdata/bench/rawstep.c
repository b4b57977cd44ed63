/*
 * rawstep [-p] [-g] N PROGRAM [ARGS]: starts PROGRAM under ptrace and single-steps it N times,
 * with nothing around: the fastest a stepper can be here. Prints "steps N ns T rate R".
 *   -p  tracer and tracee on one CPU, the one this started on
 *   -g  read the registers after each step, as a debugger must
 * PROGRAM first runs to its entry point at full speed.
 */
#define _GNU_SOURCE
#include "raw.h"

#include <elf.h>
#include <string.h>
#include <sys/auxv.h>

/* The program's entry point, from the auxiliary vector the kernel gave it. */
static uintptr_t entry(pid_t pid)
{
	char path[64];
	unsigned long word[2];
	snprintf(path, sizeof path, "/proc/%d/auxv", pid);
	FILE *f = fopen(path, "r");
	if (!f)
		die(path);
	while (fread(word, sizeof word, 1, f) == 1)
		if (word[0] == AT_ENTRY) {
			fclose(f);
			return word[1];
		}
	fprintf(stderr, "no AT_ENTRY\n");
	exit(1);
}

/* Runs to the entry point: an int3 there, taken away again. */
static void run_to_entry(pid_t pid)
{
	struct user_regs_struct regs;
	uintptr_t at = entry(pid);
	errno = 0;
	long word = ptrace(PTRACE_PEEKTEXT, pid, at, 0);
	if (errno || ptrace(PTRACE_POKETEXT, pid, at, (word & ~0xffL) | 0xcc))
		die("plant");
	if (ptrace(PTRACE_CONT, pid, 0, 0))
		die("PTRACE_CONT");
	wait_stop(pid);
	if (ptrace(PTRACE_POKETEXT, pid, at, word) || ptrace(PTRACE_GETREGS, pid, 0, &regs))
		die("take away");
	regs.rip = at;
	if (ptrace(PTRACE_SETREGS, pid, 0, &regs))
		die("PTRACE_SETREGS");
}

int main(int argc, char **argv)
{
	struct user_regs_struct regs;
	struct timespec began, ended;
	int one_cpu = 0, read_regs = 0, opt;

	while ((opt = getopt(argc, argv, "+pg")) > 0) {
		if (opt == 'p')
			one_cpu = 1;
		else if (opt == 'g')
			read_regs = 1;
		else
			return 2;
	}
	if (argc - optind < 2) {
		fprintf(stderr, "usage: rawstep [-p] [-g] N PROGRAM [ARGS]\n");
		return 2;
	}
	long n = atol(argv[optind]);

	if (one_cpu)
		pin(); /* the child inherits it */
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		personality(ADDR_NO_RANDOMIZE);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			die("PTRACE_TRACEME");
		execv(argv[optind + 1], argv + optind + 1);
		die(argv[optind + 1]);
	}
	wait_stop(pid);
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL))
		die("PTRACE_SETOPTIONS");
	run_to_entry(pid);

	clock_gettime(CLOCK_MONOTONIC, &began);
	for (long i = 0; i < n; i++) {
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0))
			die("PTRACE_SINGLESTEP");
		wait_stop(pid);
		if (read_regs && ptrace(PTRACE_GETREGS, pid, 0, &regs))
			die("PTRACE_GETREGS");
	}
	clock_gettime(CLOCK_MONOTONIC, &ended);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);

	double ns = (ended.tv_sec - began.tv_sec) * 1e9 + (ended.tv_nsec - began.tv_nsec);
	printf("steps %ld ns %.0f rate %.0f\n", n, ns, n / ns * 1e9);
	return 0;
}
