/*
 * rawhold [THREADS [ROUNDS]]: what it costs a tracer to stop THREADS threads (default 4) that count
 * in a loop, and to let them go: PTRACE_INTERRUPT for each, a wait for each, PTRACE_CONT for each,
 * with nothing around. Prints "each T ns", the time of one such round.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static long now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000L + ts.tv_nsec;
}

static void *count(void *out)
{
	pid_t tid = syscall(SYS_gettid);

	if (write(*(int *)out, &tid, sizeof tid) != sizeof tid)
		die("write");
	for (volatile long n = 0;; n++)
		;
	return NULL;
}

static void work(int threads, int out)
{
	pthread_t t;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (int i = 1; i < threads; i++)
		if ((errno = pthread_create(&t, NULL, count, &out)))
			die("pthread_create");
	count(&out);
}

int main(int argc, char **argv)
{
	int threads = argc > 1 ? atoi(argv[1]) : 4, status, ends[2];
	long rounds = argc > 2 ? atol(argv[2]) : 1000, began;
	pid_t tids[64], child;

	if (threads < 1 || threads > 64 || rounds < 1)
		return 2;
	if (pipe(ends))
		die("pipe");
	if ((child = fork()) < 0)
		die("fork");
	if (!child)
		work(threads, ends[1]);
	for (int i = 0; i < threads; i++) {
		if (read(ends[0], &tids[i], sizeof tids[i]) != sizeof tids[i])
			die("read");
		if (ptrace(PTRACE_SEIZE, tids[i], 0, 0))
			die("PTRACE_SEIZE");
	}
	began = now();
	for (long r = 0; r < rounds; r++) {
		for (int i = 0; i < threads; i++)
			if (ptrace(PTRACE_INTERRUPT, tids[i], 0, 0))
				die("PTRACE_INTERRUPT");
		for (int i = 0; i < threads; i++)
			if (waitpid(-1, &status, __WALL) < 0 || !WIFSTOPPED(status))
				die("waitpid");
		for (int i = 0; i < threads; i++)
			if (ptrace(PTRACE_CONT, tids[i], 0, 0))
				die("PTRACE_CONT");
	}
	printf("each %ld ns\n", (now() - began) / rounds);
	kill(child, SIGKILL);
	return 0;
}
