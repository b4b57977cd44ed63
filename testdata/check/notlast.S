/* An instruction behind the commit, inside the section. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	COUNT /* BAD: commit-not-last */
	OTHER
#else
	OTHER
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	JUMP(retry)
END(main)
DESCRIBE(cs, start, end, abort)
DATA
