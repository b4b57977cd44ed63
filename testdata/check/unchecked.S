/* A number that was read before the section was armed indexes the counters, and nobody compares it. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	shlq $3, %rcx
	movq %rcx, %r8
#ifndef BAD
	READ_CPU
#endif
	ARM(cs)
start:
#ifndef BAD
	CHECK(abort)
#endif
	incq (%rsi, %r8) /* BAD: cpu-unchecked */
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
