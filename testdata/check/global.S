/* A variable of the program is set before the commit. (The good twin copies bytes in a loop to where nobody looks yet.) */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	movq $1, counters+8*8191(%rip) /* BAD: store-before-commit */
	COUNT
#else
	xorl %edx, %edx
copy:
	movb (%rsi, %rdx), %al
	movb %al, 8 * 4096(%rsi, %rdx)
	incq %rdx
	cmpq $16, %rdx
	jb copy
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
