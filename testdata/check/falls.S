/* An abort handler before the section falls through into it, behind its arming store. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
#ifdef BAD
	ARM(cs)
	READ_CPU
	jmp start
	.long SIG
abort:
	READ_CPU /* BAD: retry-unarmed */
#else
	jmp retry
	HANDLER(abort)
retry:
	READ_CPU
	ARM(cs)
#endif
start:
	CHECK(abort)
	COUNT
end:
	RETURN
END(main)
DESCRIBE(cs, start, end, abort)
DATA
