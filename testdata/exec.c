/* exec PROGRAM [ARGS]: becomes PROGRAM; without one it becomes itself, once, from a second thread. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *self[] = { "/proc/self/exe", "again", NULL };

static void *second(void *unused)
{
	execv(self[0], self);
	perror("execv");
	exit(3);
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t tid;

	if (argc == 2 && argv[1][0] == 'a' && getenv("FIX_EXECED")) {
		printf("executed\n");
		return 0;
	}
	if (argc > 1) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		return 3;
	}
	setenv("FIX_EXECED", "1", 1);
	if (pthread_create(&tid, NULL, second, NULL))
		return 3;
	pthread_join(tid, NULL);
	return 4;
}
