/* A place that the section has read is changed before the commit. (The good twin fills a node that nobody sees yet, and commits by publishing it.) */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	movq (%rsi, %rcx, 8), %rdx
	incq %rdx
	movq %rdx, (%rsi, %rcx, 8) /* BAD: store-before-commit */
	movq %rsi, 8 * 4096(%rsi, %rcx, 8)
#else
	movq (%rsi, %rcx, 8), %rdx
	leaq 8 * 4096(%rsi), %r8
	movq %rdx, (%r8)
	movq %r8, (%rsi, %rcx, 8)
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
