/* An assertion inside the section that ends in an undefined instruction. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	cmpl $8192, %ecx
	jb count
	ud2 /* BAD: trap-inside */
count:
	COUNT
#else
	cmpl $8192, %ecx
	jae fail
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
FUNCTION(fail)
	ud2
END(fail)
DESCRIBE(cs, start, end, abort)
DATA
