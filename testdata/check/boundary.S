/* A section that ends one byte too early. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
	COUNT /* BAD: boundary-inside-instruction */
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 0, 0, start, end - start - 1, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
