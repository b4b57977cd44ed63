/* A pointer of the program across cpu_id_start, as tcmalloc keeps one. (The good twin has it beside the area, and compares the number.) */
#include "checkfix.h"

FUNCTION(main)
	SETUP
retry:
	READ_CPU
	ARM(cs)
start:
#ifdef BAD
	movq %fs:-4(%rdi), %rdx /* BAD: cpu-id-overlaid */
#else
	CHECK(abort)
	movq %fs:-8(%rdi), %rdx
#endif
	testq %rdx, %rdx
	js out
	incq (%rsi)
end:
out:
	RETURN
	HANDLER(abort)
	jmp retry
END(main)
DESCRIBE(cs, start, end, abort)
DATA
