/* Another function jumps into the middle of the section. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
middle:
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
FUNCTION(other)
	testl %ecx, %ecx
#ifdef BAD
	js middle /* BAD: entry-inside */
#else
	js retry
#endif
	ret
END(other)
DESCRIBE(cs, start, end, abort)
DATA
