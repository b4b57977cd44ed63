/*
 * crew [MODE]: what a debugger looks at, a mode each. Without one: calls, a watched variable and a loop. threads: eight
 * threads, all of which wait while main stands at crew_ready. signals: five signals, handled or ignored. fork, vfork: a
 * child that exits with 5. exec: becomes itself. abort, fault: ends by a signal. spin: works until stop is set.
 */
#include <dirent.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

struct point {
	int x, y;
};

volatile int watched, stop;
struct point origin = { 3, 4 };
const char *name = "crew";
double ratio = 1.5;
static pthread_barrier_t begin, end;
static __thread int mine;

__attribute__((noinline)) int square(int n)
{
	int result = n * n;
	return result;
}

__attribute__((noinline)) int sum(struct point *p)
{
	int a = square(p->x);
	int b = square(p->y);
	return a + b;
}

static void *member(void *number)
{
	mine = (int)(long)number;
	pthread_barrier_wait(&begin);
	pthread_barrier_wait(&end);
	return (void *)(long)square(mine);
}

/* asleep is how many of the others wait in the kernel (proc_pid_stat(5), state S). */
static int asleep(void)
{
	struct dirent *e;
	int n = 0;
	DIR *d = opendir("/proc/self/task");

	while (d && (e = readdir(d))) {
		char path[300], state = 0;
		FILE *f;

		snprintf(path, sizeof path, "/proc/self/task/%s/stat", e->d_name);
		f = fopen(path, "r");
		if (!f)
			continue;
		if (fscanf(f, "%*d (%*[^)]) %c", &state) == 1 && state == 'S')
			n++;
		fclose(f);
	}
	closedir(d);
	return n;
}

__attribute__((noinline)) void crew_ready(void)
{
	watched++;
}

static int threads(void)
{
	pthread_t tids[8];
	long total = 0;

	pthread_barrier_init(&begin, NULL, 9);
	pthread_barrier_init(&end, NULL, 9);
	for (long i = 0; i < 8; i++)
		pthread_create(&tids[i], NULL, member, (void *)i);
	pthread_barrier_wait(&begin);
	while (asleep() < 8)
		usleep(1000);
	crew_ready();
	pthread_barrier_wait(&end);
	for (int i = 0; i < 8; i++) {
		void *r;
		pthread_join(tids[i], &r);
		total += (long)r;
	}
	printf("crew: total %ld\n", total);
	return total != 140;
}

static volatile sig_atomic_t got[65];

static void on_signal(int sig)
{
	got[sig]++;
}

static int signals(void)
{
	signal(SIGUSR1, on_signal);
	signal(SIGALRM, on_signal);
	signal(SIGUSR2, SIG_IGN);
	signal(SIGCHLD, on_signal);
	signal(SIGRTMIN + 1, on_signal);
	raise(SIGUSR1);
	raise(SIGUSR2);
	raise(SIGCHLD);
	raise(SIGALRM);
	raise(SIGRTMIN + 1);
	crew_ready();
	printf("crew: usr1 %d usr2 %d chld %d alrm %d rt %d\n", got[SIGUSR1], got[SIGUSR2], got[SIGCHLD], got[SIGALRM], got[SIGRTMIN + 1]);
	return 0;
}

static int forks(int v)
{
	int status = 0;
	pid_t pid = v ? vfork() : fork();

	if (pid == 0)
		_exit(5);
	waitpid(pid, &status, 0);
	printf("crew: child exited with %d\n", WEXITSTATUS(status));
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	int total = 0;

	if (!strcmp(mode, "threads"))
		return threads();
	if (!strcmp(mode, "signals"))
		return signals();
	if (!strcmp(mode, "fork") || !strcmp(mode, "vfork"))
		return forks(mode[0] == 'v');
	if (!strcmp(mode, "exec")) {
		crew_ready();
		execl("/proc/self/exe", argv[0], "became", NULL);
	}
	if (!strcmp(mode, "abort"))
		abort();
	if (!strcmp(mode, "fault"))
		*(volatile int *)16 = 1;
	if (!strcmp(mode, "spin"))
		while (!stop)
			watched++;
	for (int i = 0; i < 3; i++) {
		watched = i + 1;
		total += square(i);
	}
	total += sum(&origin);
	printf("crew: %s total %d\n", mode, total);
	return total == 30 ? 7 : 1;
}
