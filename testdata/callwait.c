/*
 * callwait sleep|rest|poll|read|futex: blocked in the kernel for a second, for a debugger to call functions meanwhile; then
 * prints what the system call came to and whether it took its time. callwait fork|jump|leave: stops at marker only.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int ends[2], word, runs, handled;
static jmp_buf back;

__attribute__((noinline)) void marker(void) { __asm__ volatile(""); }

int count(int n) { return runs += n; }
int forks(void)
{
	pid_t child = fork();
	return child;
}
int reap(void)
{
	int status = 0;
	return wait(&status) < 0 ? -1 : status;
}
void jumps(int n) { longjmp(back, n); }
void leaves(void) { pthread_exit(NULL); }
int blocks(void) /* for good, in the same system call as "read" */
{
	int never[2];
	char c;
	return pipe(never) || read(never[0], &c, 1);
}
void handler(int sig) { handled += sig; }

static void *later(void *unused)
{
	nanosleep(&(struct timespec){1, 0}, NULL);
	syscall(SYS_gettid); /* passes the very instruction at which "futex" waits */
	write(ends[1], "x", 1);
	__atomic_store_n(&word, 1, __ATOMIC_RELEASE);
	syscall(SYS_futex, &word, FUTEX_WAKE, 1, NULL, NULL, 0);
	return unused;
}

static void *other(void *unused)
{
	marker();
	return unused;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct timespec from, to, rest = {0, 0};
	pthread_t t;
	char c = 0;
	long ret = -1;

	if (pipe(ends))
		return 2;
	signal(SIGUSR1, handler);
	if (!strcmp(mode, "jump")) {
		int got = setjmp(back);
		if (got == 0)
			marker();
		printf("got %d\n", got);
		return got != 7;
	}
	if (!strcmp(mode, "leave")) {
		pthread_create(&t, NULL, other, NULL);
		pthread_join(t, NULL);
		nanosleep(&(struct timespec){0, 300000000}, NULL); // the debugger is told of the thread first
		puts("joined");
		return 0;
	}
	if (!strcmp(mode, "fork")) {
		marker();
		printf("runs %d\n", runs);
		return 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &from); /* before the other thread's second begins */
	pthread_create(&t, NULL, later, NULL);
	marker();
	if (!strcmp(mode, "sleep"))
		ret = syscall(SYS_nanosleep, &(struct timespec){1, 0}, &rest);
	else if (!strcmp(mode, "poll"))
		ret = poll(NULL, 0, 1000);
	else if (!strcmp(mode, "read"))
		ret = read(ends[0], &c, 1);
	else if (!strcmp(mode, "futex"))
		ret = syscall(SYS_futex, &word, FUTEX_WAIT, 0, NULL, NULL, 0);
	if (ret < 0)
		ret = -errno;
	clock_gettime(CLOCK_MONOTONIC, &to);
	long took = (to.tv_sec - from.tv_sec) * 1000 + (to.tv_nsec - from.tv_nsec) / 1000000;
	printf("%s %ld %s, runs %d, handled %d\n", mode, ret, took < 1000 ? "early" : "in time", runs, handled);
	return 0;
}
