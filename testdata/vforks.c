/* vforks [PROGRAM]: the child of a vfork counts in its parent's memory, and then ends with 6 or executes PROGRAM; the parent prints what it finds. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef WITH_FORK /* its memory is its own then */
#define vfork fork
#endif

static volatile int counted;

__attribute__((noinline)) static void in_child(void)
{
	counted++;
	counted++;
}

__attribute__((noinline)) static void in_parent(void)
{
	counted += 10;
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid = vfork();
	if (pid == 0) {
		in_child();
		if (argc > 1)
			execv(argv[1], argv + 1);
		_exit(6);
	}
	in_parent();
	waitpid(pid, &status, 0);
	printf("counted %d child %d\n", counted, WEXITSTATUS(status));
	return counted != 12;
}
