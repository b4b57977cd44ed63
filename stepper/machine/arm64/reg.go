package arm64

import (
	"fmt"

	"rseqstep/stepper/machine"
)

// The registers in the order of the kernel's struct user_pt_regs
// (arch/arm64/include/uapi/asm/ptrace.h), then those that it returns by themselves: NT_ARM_TLS,
// NT_ARM_SYSTEM_CALL and NT_ARM_PAC_MASK. The others of x0 to x30 are between these (General).
const (
	X0     machine.Reg = 1
	X8     machine.Reg = X0 + 8 // a system call's number
	X16    machine.Reg = X0 + 16
	X17    machine.Reg = X0 + 17
	X29    machine.Reg = X0 + 29 // the frame pointer, by convention
	X30    machine.Reg = X0 + 30 // the link register
	SP     machine.Reg = X0 + 31
	PC     machine.Reg = X0 + 32
	PSTATE machine.Reg = X0 + 33
	TPIDR  machine.Reg = X0 + 34 // tpidr_el0, the thread pointer
	// SystemCall is the number of the system call that the thread is in, -1 for none.
	SystemCall machine.Reg = X0 + 35
	// CodeMask is the mask of the bits of an address of code that hold its signature
	// (NT_ARM_PAC_MASK); 0 if it is not known, or if nothing is signed.
	CodeMask machine.Reg = X0 + 36
)

// names are the registers' names, as in gdb, which has none for SystemCall.
var names = func() (list [CodeMask + 1]string) {
	list[machine.NoReg] = "none"
	for n := range 31 {
		list[General(n)] = fmt.Sprintf("x%d", n)
	}
	list[SP], list[PC], list[PSTATE], list[TPIDR], list[SystemCall], list[CodeMask] = "sp", "pc", "cpsr", "tpidr", "system_call", "pauth_cmask"
	return list
}()

// General is the general register that instructions encode as number, 0 to 30. 31 is SP or the
// zero register, as the instruction says.
func General(number int) machine.Reg { return X0 + machine.Reg(number) }

// allRegs are the general registers that instructions can name.
const allRegs machine.RegSet = 1<<(SP+1) - 1<<X0
