/* Two counters, counted by two instructions of one section. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	incq (%rsi, %rcx, 8) /* BAD: store-before-commit */
	incq 8 * 4096(%rsi, %rcx, 8)
#else
	movq %rsi, 8 * 4096(%rsi, %rcx, 8)
	incq (%rsi, %rcx, 8)
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
