/* cpu_opv from many threads on one CPU, and from processes made in every way. -DOPV_ABI=9 for the later ABI. */
#include "opvfix.h"

#include <pthread.h>
#include <spawn.h>
#include <sys/time.h>

enum { THREADS = 4 };

static int rounds = 200;

extern char **environ;

/* A counter, and one that is incremented by compare and swap. */
struct sums {
	uint64_t added, swapped;
};

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static void swap_in(uint64_t *v)
{
	for (;;) {
		uint64_t old = *(volatile uint64_t *)v, next = old + 1;
		long ret = RUN(two(EQ, v, &old, 8), two(COPY, v, &next, 8));

		if (ret == 0)
			return;
		if (ret != 1)
			exit(4);
	}
}

static void *count(void *arg)
{
	struct sums *s = arg;

	pin(home);
	for (int i = 0; i < rounds; i++) {
		if (RUN(one(ADD, &s->added, 1, 8)))
			exit(4);
		swap_in(&s->swapped);
	}
	return NULL;
}

static int in_threads(struct sums *s)
{
	pthread_t t[THREADS];

	for (int i = 0; i < THREADS; i++)
		if (pthread_create(&t[i], NULL, count, s))
			return 0;
	for (int i = 0; i < THREADS; i++)
		pthread_join(t[i], NULL);
	return 1;
}

/* The status of a child, as a shell would say it. */
static int await(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* What a child does: 10 where the call works. */
static int child(struct sums *s)
{
	uint64_t v = 3;

	if (RUN(one(ADD, &v, 4, 8), one(ADD, &s->added, 1, 8)) || v != 7)
		return 1;
	swap_in(&s->swapped);
	return 10;
}

static void *exec_again(void *how)
{
	execl("/proc/self/exe", "opvproc", how, (char *)NULL);
	return NULL;
}

static int become(char *how)
{
	pthread_t t;

	if (!strcmp(how, "thread")) { /* the exec of a thread that is not the leader */
		if (pthread_create(&t, NULL, exec_again, "child"))
			return 1;
		for (;;)
			pause();
	}
	exec_again(how);
	return 1;
}

static volatile int ticks;
static void tick(int sig) { (void)sig; ticks++; }

static int under_a_timer(struct sums *s)
{
	struct itimerval every = { { 0, 2000 }, { 0, 2000 } }, never = { { 0, 0 }, { 0, 0 } };

	signal(SIGALRM, tick);
	setitimer(ITIMER_REAL, &every, NULL);
	while (ticks < 20)
		if (RUN(one(ADD, &s->added, 1, 8)))
			return 1;
	setitimer(ITIMER_REAL, &never, NULL);
	return 10;
}

static void processes(void)
{
	struct sums *s = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	uint64_t mine = 1;
	pid_t pid;

	if ((pid = fork()) == 0)
		_exit(child(s));
	check("a forked child", await(pid), 10);
	check("writes to memory it shares", s->added * 10 + s->swapped, 11);

	if ((pid = fork()) == 0)
		_exit(RUN(one(ADD, &mine, 1, 8)) == 0 && mine == 2 ? 10 : 1);
	check("a child and a page copied on write", await(pid), 10);
	check("which the parent does not see", mine, 1);

	if ((pid = vfork()) == 0)
		_exit(child(s));
	check("a vforked child", await(pid), 10);
	if ((pid = vfork()) == 0) {
		execl("/proc/self/exe", "opvproc", "child", (char *)NULL);
		_exit(1);
	}
	check("an exec after a vfork", await(pid), 10);

	char *argv[] = { "opvproc", "child", NULL };
	check("a spawn", posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ), 0);
	check("of a child", await(pid), 10);

	if ((pid = fork()) == 0) {
		pid_t inner = fork();
		_exit(inner == 0 ? child(s) : await(inner));
	}
	check("a grandchild", await(pid), 10);
	if ((pid = fork()) == 0)
		_exit(become("thread"));
	check("a child whose second thread execs", await(pid), 10);
	if ((pid = fork()) == 0)
		_exit(become("fork"));
	check("a child that execs and forks", await(pid), 10);

	memset(s, 0, sizeof(*s));
	pid_t several[3];
	for (int i = 0; i < 3; i++)
		if ((several[i] = fork()) == 0)
			_exit(in_threads(s) ? 10 : 1);
	in_threads(s);
	for (int i = 0; i < 3; i++)
		check("one of several with threads", await(several[i]), 10);
	check("sum over all processes, added", s->added, 4l * THREADS * rounds);
	check("sum over all processes, swapped", s->swapped, 4l * THREADS * rounds);

	if ((pid = fork()) == 0)
		_exit(under_a_timer(s));
	check("a child under a timer", await(pid), 10);

	int status;
	if ((pid = fork()) == 0) {
		raise(SIGSTOP);
		_exit(child(s));
	}
	check("a child that stops itself", waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), 1);
	kill(pid, SIGCONT);
	check("goes on", await(pid), 10);

	if ((pid = fork()) == 0) {
		for (;;)
			count(s);
	}
	while (*(volatile uint64_t *)&s->added == 0)
		;
	kill(pid, SIGKILL);
	check("a child killed in the middle", await(pid), 128 + SIGKILL);
	if ((pid = fork()) == 0)
		abort();
	check("a child that aborts", await(pid), 128 + SIGABRT);
}

static void threads(void)
{
	struct sums s = { 0, 0 };
	uint64_t percpu[CPU_SETSIZE] = { 0 }, sum = 0;
	cpu_set_t set;

	check("threads", in_threads(&s), 1);
	check("sum of the threads, added", s.added, (long)THREADS * rounds);
	check("sum of the threads, swapped", s.swapped, (long)THREADS * rounds);
	sched_getaffinity(0, sizeof(set), &set);
	for (int i = 0; i < rounds; i++)
		for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
			if (CPU_ISSET(cpu, &set)) {
				struct op add = one(ADD, &percpu[cpu], 1, 8);
				sum += opv(&add, 1, cpu, 0) == 0;
			}
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++)
		sum -= percpu[cpu];
	check("sum over the CPUs", sum, 0);
}

int main(int argc, char **argv)
{
	struct sums s = { 0, 0 };

	prepare();
	if (argc > 1 && !strcmp(argv[1], "child"))
		return child(&s);
	if (argc > 1 && !strcmp(argv[1], "fork")) {
		pid_t pid = fork();
		return pid == 0 ? child(&s) : await(pid);
	}
	if (argc > 1)
		rounds = atoi(argv[1]);
	threads();
	processes();
	return summary();
}
