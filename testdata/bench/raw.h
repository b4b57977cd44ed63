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

#endif
