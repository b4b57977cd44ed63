/* A section of 0 bytes. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: section-empty */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 0, 0, start, 0, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
