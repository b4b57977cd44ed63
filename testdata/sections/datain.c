/* Data inside the section, jumped over, and between the section and its handler: no opcodes, and halves of long ones or jumps. */
#include "layoutfix.h"

static void once(struct rseq *r)
{
	SECTION(DESCRIPTOR("2f", "3f", "4f")
		"6: " LOAD ARM
		"2: " READ JUMP "1f\n"
		NO_CODE
		"1: " MORE COMMIT
		"3: " JUMP "5f\n"
		".asciz \"data of 12 \"\n" NO_CODE
		SIGNATURE
		"4: " JUMP "6b\n"
		NO_CODE
		"5:\n");
}
