package arm64

import (
	"debug/elf"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
)

// Arch is arm64, for 64-bit little-endian programs. System call numbers are those of
// include/uapi/asm-generic/unistd.h; conventions are those of the Procedure Call Standard for the
// Arm 64-bit Architecture (AAPCS64): arguments in 6.8.2, saved registers in 6.1.1. DWARF's numbers
// are those of DWARF for the Arm 64-bit Architecture (AADWARF64), 4.1.
func Arch() *machine.Arch { return &arch }

// Regs are registers of arm64.
func Regs(w machine.Words) machine.Regs { return arch.Regs(w) }

var arch = machine.Arch{
	Name:    "aarch64",
	Machine: elf.EM_AARCH64,
	Decoder: decoding{},
	Shapes:  shapes{},
	Others:  others{},

	PC: PC, SP: SP, FP: X29, Link: X30, Flags: PSTATE, Syscall: SystemCall, NextSyscall: X0 + 8, ThreadPointer: TPIDR,
	Arguments:        []machine.Reg{X0, X0 + 1, X0 + 2, X0 + 3, X0 + 4, X0 + 5, X0 + 6, X0 + 7},
	ResultAddress:    X8,
	Convention:       machine.AAPCS64,
	SyscallArguments: firstSix,
	Results:          [2]machine.Reg{X0, X0 + 1},
	General:          allRegs,
	Saved:            saved,
	Kept:             saved | machine.SetOf(SP, PC, TPIDR, CodeMask),
	Shown:            shown(),
	FlagTypes:        flagTypes,
	UnionTypes:       unionTypes,
	Status:           []string{"fpsr", "fpcr"},
	Area:             fpsimdSize,
	DWARF:            dwarf(),
	Frames:           cfi.Registers{Columns: 33, Signs: true}, // up to the PC
	CodeMask:         CodeMask,
	Masks:            []string{"pauth_dmask", names[CodeMask]},
	Perf:             dwarf()[:33], // the same order
	Names:            names[:],
	Words:            int(PSTATE),
	Notes: map[uint32]machine.Note{ // include/uapi/linux/elf.h
		0x401: {Reg: TPIDR, Size: 8},           // NT_ARM_TLS
		0x404: {Reg: SystemCall, Size: 4},      // NT_ARM_SYSTEM_CALL
		0x406: {Reg: CodeMask, At: 8, Size: 8}, // NT_ARM_PAC_MASK, struct user_pac_mask: data_mask, insn_mask
	},
	VectorNote: 0x405, // NT_ARM_SVE

	Moved:  pstateBTYPE,
	Passes: passes,

	StepsOver:  true,
	Exclusives: true,

	Breakpoint: "\x00\x00\x20\xd4", // brk #0; the PC of a thread that has executed it is on it
	CallLen:    4,                  // bl
	Tag:        8,                  // Documentation/arch/arm64/tagged-pointers.rst

	// sysdeps/aarch64/jmpbuf-offsets.h and sysdeps/unix/sysv/linux/aarch64/pointer_guard.h of glibc
	JumpBuffer: machine.JumpBuffer{SP: 13 * 8, PC: 11 * 8},

	Relocations: machine.Relocations{ // ELF for the Arm 64-bit Architecture, 5.7.11
		GlobDat: uint32(elf.R_AARCH64_GLOB_DAT), JumpSlot: uint32(elf.R_AARCH64_JUMP_SLOT), IRelative: uint32(elf.R_AARCH64_IRELATIVE),
		TPOff: uint32(elf.R_AARCH64_TLS_TPREL64), DTPMod: uint32(elf.R_AARCH64_TLS_DTPMOD64), TLSDesc: uint32(elf.R_AARCH64_TLSDESC),
	},

	ThreadBlock:   threadBlock,
	BodyByLines:   true,
	LongDouble128: true,                 // AAPCS64, table 3
	Marks:         []string{"$x", "$d"}, // ELF for the Arm 64-bit Architecture, 5.5.4

	VDSOPrefix: "__kernel_",
	Calls: machine.Calls{
		Mmap: 222, Munmap: 215, Rseq: 293, Membarrier: 283, SliceYield: 471,
		Gettimeofday: 169, ClockGettime: 113, ClockGetres: 114, Getcpu: 168, Getrandom: 278,
	},
}

// threadBlock is the distance up to the executable's block: behind two words that are the loader's,
// aligned as its segment is (ELF for the Arm 64-bit Architecture, 5.8: variant I of Ulrich Drepper's
// "ELF Handling For Thread-Local Storage").
func threadBlock(address, _, align uint64) int64 {
	const reserved = 16
	if align <= 1 {
		return reserved
	}
	return int64(reserved + (address-reserved)&(align-1))
}

// firstSix are the registers of a system call's arguments.
var firstSix = [6]machine.Reg{X0, X0 + 1, X0 + 2, X0 + 3, X0 + 4, X0 + 5}

// saved are x19 to x29.
const saved machine.RegSet = 1<<(X29+1) - 1<<(X0+19)

// shown are the registers of "info registers", which are in the kernel's order.
func shown() (list []machine.Reg) {
	for x := X0; x <= PSTATE; x++ {
		list = append(list, x)
	}
	return append(list, TPIDR, SystemCall)
}

// dwarf are the registers by DWARF number: x0 to x30, sp, pc; 36 is tpidr_el0.
func dwarf() []machine.Reg {
	var list [37]machine.Reg
	for x := X0; x <= PC; x++ {
		list[x-X0] = x
	}
	list[36] = TPIDR
	return list[:]
}

// decoding implements machine.Decoder, shapes machine.Shapes, others machine.Others.
type (
	decoding struct{}
	shapes   struct{}
	others   struct{}
)
