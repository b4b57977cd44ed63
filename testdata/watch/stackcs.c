/* stackcs: rseq_cs points to a descriptor on the stack when a signal arrives; good: to a declared one. */
#include "watchfix.h"

#include <signal.h>

static void handler(int sig) { (void)sig; }

extern char here_start[], here_end[], here_abort[], here_cs[];
static long sum;

int main(void)
{
	struct area *a = glibc_area();
	struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} __attribute__((aligned(32))) cs = { 0, 0, (uint64_t)here_start, here_end - here_start, (uint64_t)here_abort };

	signal(SIGUSR1, handler);
	if (good)
		a->rseq_cs = (uint64_t)here_cs;
	else
		a->rseq_cs = (uint64_t)&cs; /* BREAKS descriptor-on-stack */
	raise(SIGUSR1);
	a->rseq_cs = 0;
	__asm__ volatile(
		".pushsection __rseq_cs, \"aw\"\n"
		".balign 32\n"
		".globl here_cs, here_start, here_end, here_abort\n"
		"here_cs: .long 0, 0\n"
		".quad here_start, here_end - here_start, here_abort\n"
		".popsection\n"
		"0: " LOAD_ADDRESS("here_cs")
		ARM_SECTION
		"here_start: " INCREMENT_SUM
		"here_end: " JUMP "1f\n"
		SIGNATURE_TEXT
		"here_abort: " JUMP "0b\n"
		"1:\n"
		: [sum] "+m"(sum) : [area] "r"(a), [signature] "i"(SIGNATURE) : SECTION_CLOBBERS);
	return sum != 1;
}
