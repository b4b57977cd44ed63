/* An abort handler without an end, before the signature of the next. */
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
retry2:
	READ_CPU
	ARM(cs2)
start2:
	CHECK(abort2)
	COUNT
end2:
	RETURN
	HANDLER(abort)
#ifdef BAD
	nop /* BAD: handler-into-data */
#else
	jmp retry
#endif
	.long SIG
abort2:
	jmp retry2
END(main)
DESCRIBE(cs, start, end, abort)
DESCRIBE(cs2, start2, end2, abort2)
DATA
