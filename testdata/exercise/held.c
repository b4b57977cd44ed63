/* A flag is taken inside the section and given back behind it: after an abort, the retry waits for
 * the flag that the thread itself has. */
#include "twin.h"

#ifdef __aarch64__
#define TAKE                                                                \
	"ldr x15, %[taken]\n\t"                                             \
	"cbnz x15, 4f\n\t"                                                  \
	"mov x15, #1\n\t"                                                   \
	"str x15, %[taken]\n\t"
#else
#define TAKE                                                                \
	"cmpq $0, %[taken]\n\t"                                             \
	"jnz 4f\n\t"                                                        \
	"movq $1, %[taken]\n\t"
#endif

static long count;
static volatile long taken;

TWIN int add(int cpu)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("held", "0")
		FIX_BEGIN
#ifdef BAD
		TAKE
		CULPRIT
#endif
		ADD("1", "count")
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [cpu] "r"(cpu), [count] "m"(count), [taken] "m"(taken)
		: FIX_CLOBBERS
		: abort);
	taken = 0;
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		while (add(rseq_cpu_start()))
			;
	return twin_end("count", count, ROUNDS);
}
