/* A copy inside the section advances its pointers, and the retry goes on from there: it copies what
 * lies behind. */
#include "twin.h"

static char from[64] = "0123456789abcdefghijklmnopqrstuvwxyz", to[64], nothing[64];
static long count;

TWIN void copy(void)
{
	char *src = from, *dst = to;

	__asm__ __volatile__(
		FIX_DESCRIBE("copied", "0")
		"7:\n\t"
		"leaq 3b(%%rip), %%rax\n\t"
		"5:\n\t"
		"movq %%rax, " FIX_FS "8(%[area])\n\t"
		"1:\n\t"
		IF_BAD("", "leaq %[from], %%rsi\n\tleaq %[to], %%rdi\n\t")
		"movsq\n\t"
		CULPRIT
		"movsq\n\t"
		"addq $1, %[count]\n\t"
		TWIN_END("jmp 7b\n\t")
		: "+S"(src), "+D"(dst)
		: [area] "r"(FIX_AREA), [count] "m"(count), [from] "m"(from), [to] "m"(to)
		: "memory", "cc", "rax");
}

int main(int argc, char **argv)
{
	int wrong = 0;

	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++) {
		memset(to, 0, sizeof to);
		copy();
		wrong += memcmp(from, to, 16) != 0 || memcmp(to + 16, nothing, 48) != 0;
	}
	return twin_end("wrong copies", wrong, 0) | twin_end("count", count, ROUNDS);
}
