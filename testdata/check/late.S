/* The CPU is compared after a store. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	leaq (%rsi, %rcx, 8), %rdx
	ARM(cs)
start:
#ifdef BAD
	movq $1, 8 * 4096(%rdx)
	cmpl %ecx, %fs:4(%rdi) /* BAD: cpu-read-late */
	jnz abort
#else
	CHECK(abort)
	movq $1, 8 * 4096(%rdx)
#endif
	incq (%rdx)
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
