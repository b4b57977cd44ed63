/* fork and vfork: the child of the one exits with 5, of the other with 6. The forked one runs a section too. */
#include "rseqfix.h"

#include <sys/wait.h>

static intptr_t v;

static __attribute__((noinline)) int child(void)
{
	/* A forked child inherits the registration (rseq(2); include/linux/rseq.h, rseq_fork). */
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	return v == 2 ? 5 : 1;
}

int main(int argc, char **argv)
{
	int forked, vforked;

	fix_main(argc, argv);
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	pid_t pid = fork();
	if (pid == 0)
		_exit(child());
	waitpid(pid, &forked, 0);

	pid = vfork();
	if (pid == 0)
		_exit(6);
	waitpid(pid, &vforked, 0);

	printf("forked %d vforked %d v %ld\n", WEXITSTATUS(forked), WEXITSTATUS(vforked), (long)v);
	return WEXITSTATUS(forked) != 5 || WEXITSTATUS(vforked) != 6 || v != 1;
}
