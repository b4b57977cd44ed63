/* others: a thread writes the kernel's fields of another one, which waits for it; good: it reads them. */
#include "watchfix.h"

static void *disturb(void *area)
{
	struct area *a = area;
	uint32_t seen = 0;

	for (int i = 0; i < 400; i++) {
		if (!good)
			a->cpu_id_start = i; /* BREAKS kernel-field-written another */
		seen += a->cpu_id_start + a->cpu_id;
		usleep(1000);
	}
	return (void *)(uintptr_t)seen;
}

int main(void)
{
	pthread_t thread;

	must(pthread_create(&thread, NULL, disturb, glibc_area()));
	must(pthread_join(thread, NULL));
	return 0;
}
