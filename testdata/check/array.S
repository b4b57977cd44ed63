/* Two sections, of which the pointer array names one. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: array-disagrees */
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
	HANDLER(abort2)
	jmp retry2
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
.pushsection __rseq_cs, "aw"
RAW(cs, 0, 0, start, end - start, abort)
.popsection
DESCRIBE(cs2, start2, end2, abort2)
#else
DESCRIBE(cs, start, end, abort)
DESCRIBE(cs2, start2, end2, abort2)
#endif
DATA
