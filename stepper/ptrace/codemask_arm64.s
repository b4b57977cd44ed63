#include "textflag.h"

// func withoutSignature(address uint64) uint64
TEXT ·withoutSignature(SB), NOSPLIT|NOFRAME, $0-16
	MOVD R30, R1
	MOVD address+0(FP), R30
	WORD $0xd50320ff // xpaclri
	MOVD R30, R0
	MOVD R1, R30
	MOVD R0, ret+8(FP)
	RET
