/* The abort handler of one section is code of the next. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
	COUNT
end:
	READ_CPU
	ARM(cs2)
start2:
	CHECK(abort2)
	jmp count2
#ifdef BAD
	HANDLER(abort)
	jmp retry /* BAD: handler-in-section */
#endif
count2:
	COUNT
end2:
	RETURN
#ifndef BAD
	HANDLER(abort)
	jmp retry
#endif
	HANDLER(abort2)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DESCRIBE(cs2, start2, end2, abort2)
DATA
