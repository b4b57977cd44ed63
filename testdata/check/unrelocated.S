/* A descriptor with constants in a file that can be loaded anywhere. The code is at 0x20000. */ /* FLAGS: -Wl,--section-start=check_text=0x20000 */
#include "checkfix.h"

.section check_text, "ax", @progbits
.globl main
.type main, @function
main:
	.cfi_startproc
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort) /* BAD: descriptor-unrelocated */
	COUNT
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
#ifdef BAD
DESCRIBE_AS(cs, 0, 0, 0x20000 + start - main, end - start, 0x20000 + abort - main)
#else
DESCRIBE(cs, start, end, abort)
#endif
DATA
