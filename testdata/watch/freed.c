/* freed: frees the memory of a registered area; good: after it has unregistered it. */
#include "watchfix.h"

#include <sched.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	struct area *a;

	(void)argc;
	own(argv);
	a = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (a == MAP_FAILED)
		return 1;
	a->cpu_id = -1;
	must(syscall(SYS_rseq, a, legal_size(), 0, SIGNATURE));
	if (good)
		must(syscall(SYS_rseq, a, legal_size(), 1, SIGNATURE));
	for (int n = 0; n < 100; n++)
		usleep(munmap(a, 4096) + 1000); /* BREAKS area-gone */
	return 0;
}
