/* The abort handler jumps behind the arming store: the retry is not protected. The sum is right as
 * long as nothing else happens to the thread. */
#include "twin.h"

static long count;

TWIN void add(void)
{
	__asm__ __volatile__(
		FIX_DESCRIBE("behind", "0")
		"7:\n\t"
		DESCRIPTOR
		ARMING
		CULPRIT
		LOAD("count")
		INCREMENT
		STORE("count")
		TWIN_END(JUMP IF_BAD("1b", "7b") "\n\t")
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: FIX_CLOBBERS);
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++)
		add();
	return twin_end("count", count, ROUNDS);
}
