/* A copy inside the section advances its pointers, and the retry goes on from there: it copies what
 * lies behind. */
#include "twin.h"

#ifdef __aarch64__
#define SOURCE "r"
#define TARGET "r"
#else
#define SOURCE "S"
#define TARGET "D"
#endif

static char from[64] = "0123456789abcdefghijklmnopqrstuvwxyz", to[64], nothing[64];
static long count;

TWIN void copy(void)
{
	char *src = from, *dst = to;

	__asm__ __volatile__(
		FIX_DESCRIBE("copied", "0")
		"7:\n\t"
		DESCRIPTOR
		ARMING
#ifdef __aarch64__
		IF_BAD("", "mov %[src], %[from]\n\tmov %[dst], %[to]\n\t")
		"ldr x14, [%[src]], #8\n\t"
		CULPRIT
		"str x14, [%[dst]], #8\n\t"
		"ldr x14, [%[src]], #8\n\t"
		"str x14, [%[dst]], #8\n\t"
#else
		IF_BAD("", "movq %[from], %[src]\n\tmovq %[to], %[dst]\n\t")
		"movsq\n\t"
		CULPRIT
		"movsq\n\t"
#endif
		ADD("1", "count")
		TWIN_END(JUMP "7b\n\t")
		: [src] "+&" SOURCE (src), [dst] "+&" TARGET (dst)
		: [area] "r"(FIX_AREA), [count] "m"(count), [from] "r"(from), [to] "r"(to)
		: FIX_CLOBBERS);
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
