/*
 * confined MODE: sections and the time under seccomp(2), strict or with a filter that kills the process for any
 * call it does not know. Checks its sum, writes one line and ends with 0.
 */
#include "rseqfix.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <time.h>

static intptr_t v;

__attribute__((noinline)) int work(void)
{
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	return (int)v;
}

static int filter(void)
{
#define ALLOW(nr) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, 1), BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
	struct sock_filter rules[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		ALLOW(SYS_read), ALLOW(SYS_write), ALLOW(SYS_exit), ALLOW(SYS_rt_sigreturn), ALLOW(SYS_restart_syscall),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof rules / sizeof *rules, rules };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

__attribute__((noinline)) void confined(int timed)
{
	struct timespec t;
	for (int i = 0; i < 500; i++) {
		work();
		if (timed)
			clock_gettime(CLOCK_MONOTONIC, &t);
	}
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	if (argc < 2 || (!strcmp(argv[1], "strict") ? prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) : filter()))
		return 98;
	confined(!strcmp(argv[1], "filter")); /* strict mode forbids rdtsc as well (seccomp(2)) */
	if (write(1, v == 500 ? "right\n" : "wrong\n", 6) != 6)
		v = 0;
	syscall(SYS_exit, v != 500);
}
