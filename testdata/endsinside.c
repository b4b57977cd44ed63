/*
 * endsinside: a section whose store faults once. SIGSEGV's handler makes the page writable and
 * moves the thread to another CPU, where there is one. The kernel restarts the section, which must
 * then commit on the CPU that the thread is on.
 */
#include "rseqfix.h"

#include <sched.h>
#include <signal.h>
#include <sys/mman.h>

static struct { intptr_t count; char pad[56]; } slots[CPU_SETSIZE];
static char *page;
static int other;

/* *p = 1, ++*v, on cpu. Returns 0 when done, -1 when it must be tried again. */
__attribute__((noinline, noclone)) static int faulting_add(intptr_t *v, char *p, int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("faulting_add", "0")
		FIX_BEGIN
		"nop\n\t"
		FIX_STORE("%[one]", "%[p]")
		FIX_INC("%[v]")
		"nop\n\t"
		FIX_END
		:
		: [area] "r"(FIX_AREA), [p] "m"(*(intptr_t *)p), [one] "r"(1L), [cpu] "r"(cpu), [v] "m"(*v)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

static void pin(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof set, &set);
}

static void handler(int sig)
{
	(void)sig;
	mprotect(page, 4096, PROT_READ | PROT_WRITE);
	pin(other);
}

int main(int argc, char **argv)
{
	cpu_set_t allowed;
	int cpu, here, first = -1, attempts = 0;

	fix_main(argc, argv);
	if (sched_getaffinity(0, sizeof allowed, &allowed))
		fix_die("sched_getaffinity");
	for (int i = 0; i < CPU_SETSIZE; i++)
		if (CPU_ISSET(i, &allowed)) {
			first = first < 0 ? i : first;
			other = i;
		}
	pin(first);
	signal(SIGSEGV, handler);
	page = mmap(0, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	do {
		cpu = rseq_cpu_start();
		attempts++;
	} while (faulting_add(&slots[cpu].count, page, cpu));
	here = rseq_cpu_start();
	printf("committed on %d, running on %d, %s, aborts %s\n", cpu, here, cpu == here ? "right" : "wrong", fix_aborts ? "some" : "none");
	return cpu != here || here != other || attempts < 2;
}
