/*
 * Threads that are blocked in the kernel when a debugger comes: the first reads a line, the second waits for a
 * mutex that the first holds until the line has come, the third sleeps a second, the fourth waits in poll(2) for
 * the first. Prints "released" when all have ended.
 */
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t held = PTHREAD_MUTEX_INITIALIZER;
static int ends[2];

static void *wait_for_mutex(void *unused)
{
	pthread_mutex_lock(&held);
	pthread_mutex_unlock(&held);
	return unused;
}

static void *sleep_a_second(void *unused)
{
	nanosleep(&(struct timespec){.tv_sec = 1}, NULL);
	return unused;
}

static void *wait_for_end(void *unused)
{
	struct pollfd end = {.fd = ends[0], .events = POLLIN};

	poll(&end, 1, -1);
	return unused;
}

int main(void)
{
	void *(*const jobs[])(void *) = {wait_for_mutex, sleep_a_second, wait_for_end};
	pthread_t threads[3];

	pthread_mutex_lock(&held);
	if (pipe(ends) != 0)
		return 1;
	for (int i = 0; i < 3; i++)
		pthread_create(&threads[i], NULL, jobs[i], NULL);
	puts("waiting");
	fflush(stdout);
	if (getchar() != '\n')
		return 1;
	close(ends[1]);
	pthread_mutex_unlock(&held);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	puts("released");
	return 0;
}
