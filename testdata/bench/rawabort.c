/*
 * rawabort N UNITS_PROGRAM: aborts the first section of units.c N times, with nothing around: an int3
 * at its start, at which the program is continued each time. The kernel moves it to the abort handler.
 * Prints "aborts N ns T rate R" (aborts a second).
 */
#define _GNU_SOURCE
#include "raw.h"

#include <signal.h>

int main(int argc, char **argv)
{
	if (argc != 3 || atol(argv[1]) < 1) {
		fprintf(stderr, "usage: rawabort N UNITS_PROGRAM\n");
		return 2;
	}
	long n = atol(argv[1]);
	char *program = argv[2];

	personality(ADDR_NO_RANDOMIZE); /* kept over fork and exec */
	struct place at = ask(program);
	pid_t pid = fork();
	if (pid < 0)
		die("fork");
	if (pid == 0) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0))
			die("PTRACE_TRACEME");
		execl(program, program, "1", (char *)NULL);
		die(program);
	}
	wait_stop(pid);
	if (ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_EXITKILL))
		die("PTRACE_SETOPTIONS");
	errno = 0;
	long word = ptrace(PTRACE_PEEKTEXT, pid, at.start, 0);
	if (errno)
		die("PTRACE_PEEKTEXT");
	if (ptrace(PTRACE_POKETEXT, pid, at.start, (word & ~0xffL) | 0xcc))
		die("PTRACE_POKETEXT");

	double began = 0;
	for (long i = -1; i < n; i++) {
		if (i == 0)
			began = now();
		if (ptrace(PTRACE_CONT, pid, 0, 0))
			die("PTRACE_CONT");
		if (wait_stop(pid) != SIGTRAP) {
			fprintf(stderr, "another signal\n");
			return 1;
		}
	}
	began = now() - began;
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	printf("aborts %ld ns %.0f rate %.0f\n", n, began, n / began * 1e9);
	return 0;
}
