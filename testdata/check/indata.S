/* A descriptor among the variables. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-in-data */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
.data
RAW(cs, 0, 0, start, end - start, abort)
POINT(cs)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
