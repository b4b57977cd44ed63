/* A section that writes to node_id. */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
	CHECK(abort)
#ifdef BAD
	movl $0, %fs:20(%rdi) /* BAD: cpu-id-written */
	COUNT
#else
	movl %fs:20(%rdi), %edx
	COUNT
#endif
end:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
