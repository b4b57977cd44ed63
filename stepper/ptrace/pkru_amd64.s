//go:build linux

#include "textflag.h"

// func ownPKRU() (value uint32, ok bool)
TEXT ·ownPKRU(SB), NOSPLIT, $0-5
	MOVB $0, ok+4(FP)
	MOVL $0, value+0(FP)
	MOVL $0, AX
	CPUID
	CMPL AX, $7
	JB   none
	MOVL $7, AX
	MOVL $0, CX
	CPUID
	BTL  $4, CX // OSPKE: the kernel has switched protection keys on
	JCC  none
	MOVL $0, CX
	BYTE $0x0f; BYTE $0x01; BYTE $0xee // RDPKRU
	MOVL AX, value+0(FP)
	MOVB $1, ok+4(FP)
none:
	RET
