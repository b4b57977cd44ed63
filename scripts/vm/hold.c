// hold keeps one perf event of a thread open. A debug register is a perf event too, and with the first the kernel
// patches jumps in its scheduler (perf_sched_events, kernel/events/core.c), with the last it patches them back. An
// emulated processor may run such a jump's int3 after the patching has ended, which the kernel does not survive
// (qemu 7.2, -accel tcg,thread=multi). With this one open nothing is patched while the tests run.
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof attr, .config = PERF_COUNT_SW_DUMMY};
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) < 0) {
		perror("hold: perf_event_open");
		return 1;
	}
	if (fork() != 0)
		_exit(0); // the event is inherited as a file, and counts as long as that is open
	for (;;)
		pause();
}
