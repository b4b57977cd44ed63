/*
 * counted FILE OFFSET COMMAND [ARGS]: runs COMMAND and prints "counted N": how often, meanwhile, any
 * process executed the instruction at OFFSET bytes in FILE, by the kernel's own count (a uprobe,
 * Documentation/trace/uprobetracer.rst, by perf_event_open(2)). Ends as COMMAND does; with 77
 * where the kernel gives no uprobe.
 */
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static void none(const char *what)
{
	perror(what);
	exit(77);
}

int main(int argc, char **argv)
{
	struct perf_event_attr attr = { .size = sizeof attr };
	long cpus = sysconf(_SC_NPROCESSORS_CONF);
	int events[1024], status;
	uint64_t sum = 0, value;
	pid_t child;
	FILE *type;

	if (argc < 4 || cpus < 1 || cpus > 1024)
		return 1;
	type = fopen("/sys/bus/event_source/devices/uprobe/type", "r");
	if (!type || fscanf(type, "%u", &attr.type) != 1)
		none("uprobe");
	attr.config1 = (uintptr_t)argv[1]; /* uprobe_path */
	attr.config2 = strtoull(argv[2], NULL, 0); /* probe_offset */
	for (long cpu = 0; cpu < cpus; cpu++) {
		events[cpu] = syscall(SYS_perf_event_open, &attr, -1, (int)cpu, -1, PERF_FLAG_FD_CLOEXEC);
		if (events[cpu] < 0)
			none("perf_event_open");
	}
	child = fork();
	if (child == 0) {
		execvp(argv[3], argv + 3);
		perror(argv[3]);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	for (long cpu = 0; cpu < cpus; cpu++)
		if (read(events[cpu], &value, sizeof value) == sizeof value)
			sum += value;
	printf("counted %lu\n", (unsigned long)sum);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
