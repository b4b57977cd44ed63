/* bysyscall: a thread lets read(2) write the kernel's fields of another one, which waits for it.
 * When a thread returns to its code after a preemption, the kernel writes them anew: so it must wait before. */
#include "watchfix.h"

/* the state of the first thread in /proc/PID/stat */
static char main_state(void)
{
	char line[512], *name;
	FILE *f = fopen("/proc/self/stat", "r");

	if (!f || !fgets(line, sizeof line, f) || !(name = strrchr(line, ')')))
		exit(5);
	fclose(f);
	return name[2];
}

static void *disturb(void *area)
{
	uint32_t value = 1234;
	int ends[2];

	must(pipe(ends));
	while (main_state() != 'S')
		usleep(1000);
	if (write(ends[1], &value, 4) != 4 || read(ends[0], area, 4) != 4)
		exit(6);
	sleep(60); /* the watch ends the run when it has seen it */
	return NULL;
}

int main(void)
{
	pthread_t thread;

	usleep(300000); /* seen with its fields as the kernel writes them */
	must(pthread_create(&thread, NULL, disturb, (void *)&glibc_area()->cpu_id_start));
	must(pthread_join(thread, NULL));
	return 0;
}
