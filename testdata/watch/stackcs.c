/* stackcs: rseq_cs points to a descriptor on the stack when a signal arrives. */
#include "watchfix.h"

#include <signal.h>

static void handler(int sig) { (void)sig; }

extern char here_start[], here_end[], here_abort[];

int main(void)
{
	struct area *a = glibc_area();
	struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} __attribute__((aligned(32))) cs = { 0, 0, (uint64_t)here_start, here_end - here_start, (uint64_t)here_abort };

	signal(SIGUSR1, handler);
	a->rseq_cs = (uint64_t)&cs;
	raise(SIGUSR1); /* BREAKS descriptor-on-stack */
	a->rseq_cs = 0;
	__asm__ volatile(
		"here_start: nop\n"
		"here_end: jmp 1f\n"
		".byte 0x0f, 0xb9, 0x3d\n"
		".long 0x53053053\n"
		"here_abort: nop\n"
		"1:\n");
	return 0;
}
