/* The section counts down a register that only the code before the retry loop sets. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
#ifdef BAD
	movl $3, %edx
#endif
retry:
#ifndef BAD
	movl $3, %edx
#endif
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
again:
	decl %edx /* BAD: register-changed */
	jnz again
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
