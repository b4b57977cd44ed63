/* procs MODE: how processes and threads come and go. Each mode checks itself, prints one line and ends with 0. */
#include "rseqfix.h"

#include <errno.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

extern char **environ;
static intptr_t v;
static volatile int stage;

/* One section, for every sort of process and thread to run. */
__attribute__((noinline)) int work(void)
{
	while (rseq_addv(&v, 1, rseq_cpu_start()))
		;
	return (int)v;
}

static int ended(pid_t pid, int options)
{
	int status = -1;
	while (waitpid(pid, &status, options) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

/* posix_spawn of ourselves: a vfork whose child execs. */
static int spawn(void)
{
	char *args[] = { "procs", "exit5", NULL };
	pid_t pid;
	int err = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, args, environ);
	int code = err ? -1 : ended(pid, 0);
	printf("spawned %d v %d\n", code, work());
	return code != 5 || v != 1;
}

/* clone3 as fork, told of by SIGCHLD or by nothing. */
static int cloned(void)
{
	int codes[2];
	for (int i = 0; i < 2; i++) {
		struct clone_args a = { .exit_signal = i ? 0 : SIGCHLD };
		pid_t pid = syscall(SYS_clone3, &a, sizeof a);
		if (pid == 0)
			_exit(work() + 6);
		codes[i] = ended(pid, __WALL);
	}
	printf("cloned %d %d v %d\n", codes[0], codes[1], work());
	return codes[0] != 7 || codes[1] != 7 || v != 1;
}

static int sharer(void *arg)
{
	(void)arg;
	stage = 1;
	work();
	return 8;
}

/* A process of its own in the same memory: CLONE_VM without CLONE_THREAD. */
static int sharing(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	pid_t pid = clone(sharer, stack + sizeof stack, CLONE_VM | CLONE_SETTLS | SIGCHLD, NULL, NULL, __builtin_thread_pointer());
	int code = ended(pid, 0);
	printf("shared %d stage %d v %d\n", code, stage, work());
	return code != 8 || stage != 1 || v != 2;
}

/* The same without a signal at its end, which gdb takes for a thread: it ends, executes another
 * program, outlives the process, or has its memory left by the process's execve. */
static int hold[2], done[2];
static pid_t group(int (*run)(void *))
{
	static char stack[65536] __attribute__((aligned(16)));
	if (pipe(hold) || pipe(done))
		return -1;
	return clone(run, stack + sizeof stack, CLONE_VM | CLONE_SETTLS, NULL, NULL, __builtin_thread_pointer());
}
static int grouped(void)
{
	int code = ended(group(sharer), __WALL);
	printf("grouped %d stage %d v %d\n", code, stage, work());
	return code != 8 || stage != 1 || v != 2;
}
static int leaver(void *arg)
{
	char *args[] = { "procs", "exit5", NULL };
	(void)arg;
	work();
	execv("/proc/self/exe", args);
	return 1;
}
static int groupexec(void)
{
	int code = ended(group(leaver), __WALL);
	printf("group left %d v %d\n", code, work());
	return code != 5 || v != 2;
}
static int stayer(void *arg)
{
	char c;
	(void)arg;
	close(hold[1]);
	close(done[0]);
	if (read(hold[0], &c, 1) < 0)
		return 1;
	c = (char)('0' + work());
	return write(done[1], &c, 1) != 1;
}
static int newprogram(const char *fds)
{
	char c = '?';
	int out = -1, in = -1;
	sscanf(fds, "%d,%d", &out, &in);
	close(out);
	if (read(in, &c, 1) != 1)
		return 1;
	printf("stayed %c v %d\n", c, work());
	return c != '1' || v != 1;
}
static int stayed(void)
{
	static char fds[32];
	char *args[] = { "procs", "newprogram", fds, NULL };
	if (group(stayer) < 0)
		return 1;
	close(done[1]);
	snprintf(fds, sizeof fds, "%d,%d", hold[1], done[0]);
	execv("/proc/self/exe", args);
	return 1;
}
static int survives(void *arg)
{
	char c;
	(void)arg;
	close(hold[1]);
	if (read(hold[0], &c, 1) < 0) /* until the process has ended */
		return 1;
	for (int i = 0; i < 3; i++)
		work();
	return write(1, v == 3 ? "survived 3\n" : "survived ?\n", 11) != 11;
}
static int survived(void)
{
	return group(survives) < 0;
}

static void *thread(void *arg)
{
	for (long n = (long)arg; n > 0; n--)
		work();
	return NULL;
}

/* Threads made one after the other while a busy one runs. */
static volatile int over;
static void *busy(void *arg)
{
	(void)arg;
	while (!over)
		;
	return NULL;
}
static int threads(void)
{
	pthread_t t, b;
	pthread_create(&b, NULL, busy, NULL);
	for (int i = 0; i < 5; i++) {
		pthread_create(&t, NULL, thread, (void *)3L);
		pthread_join(t, NULL);
	}
	over = 1;
	pthread_join(b, NULL);
	printf("threads %ld\n", (long)v);
	return v != 15;
}

/* A multi-threaded program forks, with the others running. */
static int forks(void)
{
	pthread_t b;
	pthread_create(&b, NULL, busy, NULL);
	pid_t pid = fork();
	if (pid == 0)
		_exit(work() + 8);
	int code = ended(pid, 0);
	over = 1;
	pthread_join(b, NULL);
	printf("forked %d v %d\n", code, work());
	return code != 9 || v != 1;
}

/* The leader ends before its threads; the last one ends the process when a line comes on standard input. */
static void *survivor(void *arg)
{
	long rounds = 0;
	char c;
	(void)arg;
	if (fork() == 0) /* tells that we have begun */
		_exit(write(1, "leaderless\n", 11) != 11);
	pthread_t b;
	pthread_create(&b, NULL, busy, NULL);
	while (read(0, &c, 1) == 1 && c != '\n')
		work(), rounds++;
	over = 1;
	pthread_join(b, NULL);
	printf("rounds %s\n", v == rounds ? "right" : "wrong");
	exit(v != rounds);
}
static int leader(void)
{
	pthread_t t;
	pthread_create(&t, NULL, survivor, NULL);
	pthread_exit(NULL);
}

/* A program that looks for a debugger, or asks for one. */
static int traceme(void)
{
	char line[128];
	int tracer = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && fgets(line, sizeof line, f))
		sscanf(line, "TracerPid: %d", &tracer);
	int got = ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	printf("tracer %s traceme %s v %d\n", tracer ? "seen" : "none", got ? "refused" : "granted", work());
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	static const struct { const char *name; int (*run)(void); } modes[] = {
		{ "spawn", spawn }, { "cloned", cloned }, { "sharing", sharing }, { "threads", threads },
		{ "forks", forks }, { "leader", leader }, { "traceme", traceme },
		{ "grouped", grouped }, { "groupexec", groupexec }, { "stayed", stayed }, { "survived", survived },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	fix_main(argc, argv);
	if (!strcmp(mode, "exit5"))
		return 5;
	if (!strcmp(mode, "newprogram"))
		return newprogram(argv[2]);
	for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++)
		if (!strcmp(mode, modes[i].name))
			return modes[i].run();
	return 99;
}
