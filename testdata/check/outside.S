/* An abort handler in memory that is not executable. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: outside-text */
	COUNT
end:
	RETURN
END(main)
#ifdef BAD
.pushsection .rodata, "a"
#else
.pushsection .text.cold, "ax"
#endif
	HANDLER(abort)
	jmp retry
.popsection
DESCRIBE(cs, start, end, abort)
DATA
