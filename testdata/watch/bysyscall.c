/* bysyscall: a thread lets read(2) write the kernel's fields of another one, which waits for it. */
#include "watchfix.h"

static void *disturb(void *area)
{
	uint32_t value = 1234;
	int ends[2];

	must(pipe(ends));
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
