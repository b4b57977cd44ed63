/* A section that never ends. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: no-commit */
again:
	testq $0, (%rsi, %rcx, 8)
#ifdef BAD
	jmp again
#else
	jnz again
#endif
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
