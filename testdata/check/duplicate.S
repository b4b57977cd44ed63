/* Two descriptors of one start, the second of which ends before the commit. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-duplicate */
commit:
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE(cs, start, end, abort)
DESCRIBE(short, start, commit, abort)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
