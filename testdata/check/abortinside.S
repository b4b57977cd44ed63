/* The abort handler inside its section, behind a jump. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: abort-inside */
	jmp count
#ifndef BAD
elsewhere:
	nop
count:
	COUNT
end:
	RETURN
#endif
	HANDLER(abort)
	jmp retry
#ifdef BAD
count:
	COUNT
end:
	RETURN
#endif
END(main)
DESCRIBE(cs, start, end, abort)
DATA
