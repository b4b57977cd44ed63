package amd64

import (
	"slices"

	"rseqstep/stepper/machine"
)

// The registers in the order of the kernel's struct user_regs_struct
// (arch/x86/include/asm/user_64.h).
const (
	R15 machine.Reg = iota + 1
	R14
	R13
	R12
	RBP
	RBX
	R11
	R10
	R9
	R8
	RAX
	RCX
	RDX
	RSI
	RDI
	OrigRAX
	RIP
	CS
	EFLAGS
	RSP
	SS
	FSBase
	GSBase
	DS
	ES
	FS
	GS
)

// names are the registers' names, as in gdb.
var names = [...]string{machine.NoReg: "none", R15: "r15", R14: "r14", R13: "r13", R12: "r12", RBP: "rbp", RBX: "rbx", R11: "r11", R10: "r10",
	R9: "r9", R8: "r8", RAX: "rax", RCX: "rcx", RDX: "rdx", RSI: "rsi", RDI: "rdi", OrigRAX: "orig_rax",
	RIP: "rip", CS: "cs", EFLAGS: "eflags", RSP: "rsp", SS: "ss", FSBase: "fs_base", GSBase: "gs_base",
	DS: "ds", ES: "es", FS: "fs", GS: "gs"}

// Name is a register's name as in gdb.
func Name(x machine.Reg) string { return names[x] }

// numbered are the general registers by their numbers in ModRM and REX.
var numbered = [16]machine.Reg{RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15}

// General is the general register that instructions encode as number, 0 to 15.
func General(number byte) machine.Reg { return numbered[number&15] }

// Number is the encoding of a general register.
func Number(x machine.Reg) int { return slices.Index(numbered[:], x) }
