/* Six threads that fork, vfork and spawn at the same time; each child runs work() or another program, and its end is checked. */
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;
static int bad;

__attribute__((noinline)) int work(int n)
{
	int s = 0;
	for (int i = 0; i < n; i++)
		s += i;
	return s;
}

static void want(pid_t pid, int code)
{
	int status = -1;
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != code)
		__atomic_add_fetch(&bad, 1, __ATOMIC_RELAXED);
}

static void *forker(void *unused)
{
	char *args[] = { "true", NULL };
	pid_t pid;

	for (int i = 0; i < 20; i++) {
		if (!(pid = fork()))
			_exit(work(10));
		want(pid, work(10));
		if (!(pid = vfork()))
			_exit(7);
		want(pid, 7);
		if (posix_spawn(&pid, "/bin/true", NULL, NULL, args, environ) == 0)
			want(pid, 0);
	}
	return unused;
}

int main(void)
{
	pthread_t t[6];

	for (int i = 0; i < 6; i++)
		pthread_create(t + i, NULL, forker, NULL);
	for (int i = 0; i < 6; i++)
		pthread_join(t[i], NULL);
	printf("bad %d\n", bad);
	return bad != 0;
}
