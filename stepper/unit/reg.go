package unit

import "slices"

// Reg is a register by its place in Regs.W. NoReg is the zero value.
type Reg uint8

// NoReg is no register; it holds 0.
const NoReg Reg = 0

// The registers of amd64 in the order of the kernel's struct user_regs_struct
// (arch/x86/include/asm/user_64.h).
const (
	R15 Reg = iota + 1
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

// names are the registers' names, as gdb has them, by Reg.
var names = [...]string{"r15", "r14", "r13", "r12", "rbp", "rbx", "r11", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi",
	"orig_rax", "rip", "cs", "eflags", "rsp", "ss", "fs_base", "gs_base", "ds", "es", "fs", "gs"}

// numbered are the general registers by their numbers in ModRM and REX.
var numbered = [16]Reg{RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R8, R9, R10, R11, R12, R13, R14, R15}

// General is the general register that instructions encode as number, 0 to 15.
func General(number byte) Reg { return numbered[number&15] }

// Number is that number of a general register.
func Number(x Reg) int { return slices.Index(numbered[:], x) }

// Value is what register x holds, all 64 bits; 0 for NoReg.
// String is the register's name as gdb has it.
func (x Reg) String() string {
	if x == NoReg || int(x) > len(names) {
		return "none"
	}
	return names[x-1]
}

func (r *Regs) Value(x Reg) uint64 { return r.W[x] }
