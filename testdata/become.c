/* become HOW PROGRAM: runs PROGRAM by exec, fork, vfork or spawn, and ends with its status;
 * "self": becomes itself, once; "handler": executes PROGRAM in a signal handler. It runs a section before. */
#include "rseqfix.h"

#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
volatile int counter, oldest;
static intptr_t v;

__attribute__((noinline)) int only_old(int n)
{
	counter += n;
	return n + 1;
}

__attribute__((noinline)) int work(int n)
{
	int r = only_old(n);
	counter++;
	return r;
}

static int myself(char **argv)
{
	char *again[] = { argv[0], "self", "again", NULL };
	execv("/proc/self/exe", again);
	return 3;
}

static char **in_handler;

static void handler(int sig)
{
	execv(in_handler[0], in_handler);
	_exit(sig);
}

int main(int argc, char **argv)
{
	char *how = argv[1], **args = argv + 2;
	pid_t pid = 0;
	int status;

	fix_main(argc, argv);
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	work(1);
	if (!strcmp(how, "self")) {
		if (argc == 2)
			return myself(argv);
		printf("again %d\n", counter);
		return 5;
	}
	if (!strcmp(how, "handler")) {
		in_handler = args;
		signal(SIGALRM, handler);
		kill(getpid(), SIGALRM);
		return 4;
	}
	if (!strcmp(how, "exec")) {
		execv(args[0], args);
		return 3;
	}
	if (!strcmp(how, "spawn")) {
		if (posix_spawn(&pid, args[0], NULL, NULL, args, environ))
			return 3;
	} else {
		pid = !strcmp(how, "vfork") ? vfork() : fork();
		if (pid == 0) {
			execv(args[0], args);
			_exit(3);
		}
	}
	waitpid(pid, &status, 0);
	printf("old %x\n", status);
	return status >> 8;
}
