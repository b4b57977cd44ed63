/* A descriptor whose version is 1. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-version */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 1, 0, start, end - start, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
