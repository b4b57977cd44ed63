/* Another signature than the one that glibc registers. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: abort-signature */
	COUNT
end:
	RETURN
#ifdef BAD
	.byte 0x0f, 0xb9, 0x3d
	.long SIG + 1
abort:
#else
	HANDLER(abort)
#endif
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
