/* The abort handler uses a register that it has not said that it changes: that of the loop outside. */
#include "twin.h"

#ifdef __aarch64__
#define KEPT "x20"
#define FREE "x15"
#define READ_ABORTS(x) "adrp " x ", fix_aborts\n\tldr " x ", [" x ", :lo12:fix_aborts]\n\t"
#else
#define KEPT "r12"
#define FREE "rcx"
#define READ_ABORTS(x) "movq fix_aborts(%%rip), %%" x "\n\t"
#endif

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("clobber", "0")
		"7:\n\t"
		DESCRIPTOR
		ARMING
		CULPRIT
		LOAD("count")
		INCREMENT
		STORE("count")
		TWIN_END(READ_ABORTS(IF_BAD(KEPT, FREE)) JUMP "7b\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: FIX_CLOBBERS);
}

int main(int argc, char **argv)
{
	long wrong = 0;

	fix_main(argc, argv);
	for (long i = 0; i < ROUNDS; i++) {
		register long kept __asm__(KEPT) = 12345;
		__asm__ __volatile__("" : "+r"(kept));
		add();
		__asm__ __volatile__("" : "+r"(kept));
		wrong += kept != 12345;
	}
	return twin_end("wrong registers", wrong, 0) | twin_end("count", count, ROUNDS);
}
