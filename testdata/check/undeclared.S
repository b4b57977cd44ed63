/* A descriptor that is declared nowhere: neither in __rseq_cs nor in the pointer array. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry /* BAD: section-undeclared */
END(main)
#ifdef BAD
.pushsection .data.rel.ro, "aw"
RAW(cs, 0, 0, start, end - start, abort)
.popsection
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
