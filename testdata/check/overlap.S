/* Two sections, the second of which begins inside the first. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	ARM(cs2)
start2:
	CHECK(abort2) /* BAD: sections-overlap */
	COUNT
end:
#else
	COUNT
end:
	READ_CPU
	ARM(cs2)
start2:
	CHECK(abort2)
	COUNT
#endif
end2:
	RETURN
	HANDLER(abort)
	jmp retry
	HANDLER(abort2)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DESCRIBE(cs2, start2, end2, abort2)
DATA
