/* An instruction behind the commit, inside the section. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	incq (%rsi, %rcx, 8) /* BAD: commit-not-last */
	movl $1, %edx
#else
	movl $1, %edx
	incq (%rsi, %rcx, 8)
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
