/*
 * raw.h: what the tracers of this folder begin with. Each is one file of C with one thread.
 */
#ifndef RAW_H
#define RAW_H

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline void die(const char *what)
{
	perror(what);
	exit(1);
}

/* To the CPU that it is on; its children inherit that. */
static inline void pin(void)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(sched_getcpu(), &set);
	if (sched_setaffinity(0, sizeof set, &set))
		die("sched_setaffinity");
}

/* Waits for a stop and returns its signal; the program's end is the end. */
static inline int wait_stop(pid_t pid)
{
	int status;
	if (waitpid(pid, &status, 0) < 0)
		die("waitpid");
	if (!WIFSTOPPED(status)) {
		fprintf(stderr, "the program ended\n");
		exit(1);
	}
	return WSTOPSIG(status);
}

struct place {
	unsigned long arm, start, end, abort;
};

/* Reads the addresses of the first section of a program, which it prints with --labels. Both it and
 * the tracer's own child run without randomization, so they hold for that one. */
static inline struct place ask(const char *program)
{
	struct place at = { 0, 0, 0, 0 };
	char line[512];
	int pipes[2];
	if (pipe(pipes))
		die("pipe");
	pid_t pid = fork();
	if (pid == 0) {
		dup2(pipes[1], 1);
		close(pipes[0]);
		close(pipes[1]);
		execl(program, program, "--labels", (char *)NULL);
		die(program);
	}
	close(pipes[1]);
	FILE *f = fdopen(pipes[0], "r");
	while (fgets(line, sizeof line, f))
		if (!at.arm)
			sscanf(line, "section %*s arm %lx start %lx end %lx abort %lx", &at.arm, &at.start, &at.end,
			       &at.abort);
	fclose(f);
	waitpid(pid, NULL, 0);
	if (!at.abort) {
		fprintf(stderr, "%s prints no section\n", program);
		exit(1);
	}
	return at;
}

/* In nanoseconds. */
static inline double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1e9 + ts.tv_nsec;
}

#endif
