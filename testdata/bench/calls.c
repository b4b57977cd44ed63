/* N system calls one after the other, and how long each took: `calls opv N` adds 1 to a number by cpu_opv (335, v3)
 * on the CPU the thread is pinned to, `calls getpid N` calls getpid. */
#include "opvfix.h"

#include <sys/syscall.h>
#include <time.h>

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000ll + t.tv_nsec;
}

int main(int argc, char **argv)
{
	int n = argc > 2 ? atoi(argv[2]) : 1, add = argc > 1 && !strcmp(argv[1], "opv");
	uint64_t v = 0;
	cpu_set_t cpus;

	prepare();
	CPU_ZERO(&cpus);
	CPU_SET(home, &cpus);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	struct op op = one(ADD, &v, 1, 8);
	int64_t began = now();
	for (int i = 0; i < n; i++)
		if (add ? opv(&op, 1, home, 0) : syscall(SYS_getpid) <= 0)
			return 1;
	printf("ns %.1f sum %lu\n", (double)(now() - began) / n, (unsigned long)v);
	return add && v != (uint64_t)n;
}
