/* A descriptor that is not aligned; the pointer array leads to it. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-misaligned */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
.pushsection .data.rel.ro, "aw"; .balign 32; .quad 0
cs: .long 0, 0
.quad start, end - start, abort
.popsection
POINT(cs)
#else
.pushsection .data.rel.ro, "aw"
RAW(cs, 0, 0, start, end - start, abort)
.popsection
POINT(cs)
#endif
DATA
