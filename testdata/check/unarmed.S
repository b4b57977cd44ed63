/* The abort handler jumps to the start of the section, behind its arming store. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	COUNT
#else
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	READ_CPU
#ifdef BAD
	jmp start /* BAD: retry-unarmed */
#else
	jmp retry
#endif
END(main)
DESCRIBE(cs, start, end, abort)
DATA
