/* A branch inside the section uses flags that were set in front of it; the abort handler changes
 * them. */
#include "twin.h"

#ifdef __aarch64__
#define CLOBBERS FIX_CLOBBERS
#define TEST "tst %[i], #1\n\t"
#define CHOOSE_AND_COUNT                                                    \
	"csel x14, %[even], %[odd], eq\n\t"                                 \
	"ldr x15, [x14]\n\t"                                                \
	"add x15, x15, #1\n\t"                                              \
	"str x15, [x14]\n\t"
#define CLEAR_ZERO "mov x14, #1\n\ttst x14, x14\n\t"
#else
#define CLOBBERS FIX_CLOBBERS, "rdx"
#define TEST "testq $1, %[i]\n\t"
#define CHOOSE_AND_COUNT                                                    \
	"movq %[even], %%rcx\n\t"                                           \
	"cmovnz %[odd], %%rcx\n\t"                                          \
	"movq (%%rcx), %%rdx\n\t"                                           \
	"leaq 1(%%rdx), %%rdx\n\t"                                          \
	"movq %%rdx, (%%rcx)\n\t"
#define CLEAR_ZERO "lock incq fix_aborts(%%rip)\n\t"
#endif

static long odd, even;

TWIN void add(long i)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("flags", "0")
		IF_BAD(TEST, "")
		"7:\n\t"
		DESCRIPTOR
		ARMING
		CULPRIT
		IF_BAD("", TEST)
		CHOOSE_AND_COUNT
		TWIN_END(CLEAR_ZERO JUMP "7b\n\t")
		:
		: [area] "r"(FIX_AREA), [i] "r"(i), [odd] "r"(&odd), [even] "r"(&even)
		: CLOBBERS);
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (long i = 0; i < ROUNDS; i++)
		add(0);
	return twin_end("even", even, ROUNDS) | twin_end("odd", odd, 0);
}
