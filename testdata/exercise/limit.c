/* The program tries three times and then goes on as if it had succeeded, without a way that needs
 * no section. */
#include "twin.h"

static long count;

TWIN int add(void)
{
	__asm__ __volatile__ goto(
		FIX_DESCRIBE("limit", "0")
		DESCRIPTOR
		ARMING
		CULPRIT
		LOAD("count")
		INCREMENT
		STORE("count")
		TWIN_END(RETRY)
		:
		: [area] "r"(FIX_AREA), [count] "m"(count)
		: FIX_CLOBBERS
		: abort);
	return 0;
abort:
	return -1;
}

int main(int argc, char **argv)
{
	fix_main(argc, argv);
	for (int i = 0; i < ROUNDS; i++) {
		int tries = 0;
		while (add())
			if (++tries == 3) {
#ifndef BAD
				__atomic_add_fetch(&count, 1, __ATOMIC_RELAXED);
#endif
				break;
			}
	}
	return twin_end("count", count, ROUNDS);
}
