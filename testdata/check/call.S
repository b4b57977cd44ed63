/* A call inside the section. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	call index /* BAD: call-inside */
	COUNT
#else
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
FUNCTION(index)
	ret
END(index)
DESCRIBE(cs, start, end, abort)
DATA
