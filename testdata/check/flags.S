/* A descriptor that asks not to be restarted after a signal. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-flags */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 0, 2, start, end - start, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
