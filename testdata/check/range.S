/* A descriptor with a length that no program has. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-range */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 0, 0, start, 1 << 62, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
