/*
 * vforkers [N]: two threads that vfork at the same time, N rounds each (default 20), one by
 * posix_spawn(3), the other by system(3). Each child's end is checked.
 */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

extern char **environ;
static int rounds = 20, good;

__attribute__((noinline)) static void count(int status)
{
	if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
		__atomic_add_fetch(&good, 1, __ATOMIC_RELAXED);
}

static void *spawns(void *unused)
{
	char *args[] = { "sh", "-c", "exit 3", NULL };

	for (int i = 0; i < rounds; i++) {
		pid_t pid;
		int status = -1;
		if (posix_spawn(&pid, "/bin/sh", NULL, NULL, args, environ) == 0)
			waitpid(pid, &status, 0);
		count(status);
	}
	return unused;
}

static void *calls(void *unused)
{
	for (int i = 0; i < rounds; i++) {
		int status = system("exit 3");
		count(status);
	}
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t t[2];

	if (argc > 1)
		rounds = atoi(argv[1]);
	pthread_create(t, NULL, spawns, NULL);
	pthread_create(t + 1, NULL, calls, NULL);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	printf("good %d of %d\n", good, 2 * rounds);
	return good != 2 * rounds;
}
