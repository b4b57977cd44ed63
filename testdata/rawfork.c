/* rawfork: fork and vfork by system call instructions with the labels fork_here and vfork_here; the children end with 3 and 4. */
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALL(result, number, label) \
	__asm__ volatile(".globl " label "\n" label ":\n\tsyscall" : "=a"(result) : "0"(number) : "rcx", "r11", "memory")

int main(void)
{
	int forked, vforked;
	long pid;

	CALL(pid, (long)SYS_fork, "fork_here");
	if (pid == 0)
		_exit(3);
	waitpid((pid_t)pid, &forked, 0);
	CALL(pid, (long)SYS_vfork, "vfork_here");
	if (pid == 0)
		_exit(4);
	waitpid((pid_t)pid, &vforked, 0);
	printf("forked %d vforked %d\n", WEXITSTATUS(forked), WEXITSTATUS(vforked));
	return 0;
}
