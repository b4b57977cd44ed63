package amd64

import (
	"debug/elf"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
)

// Arch is amd64, for 64-bit programs. System call numbers are those of
// arch/x86/entry/syscalls/syscall_64.tbl; conventions are those of the System V ABI's
// AMD64 supplement: arguments in 3.2.3, saved registers in figure 3.4, DWARF's numbers in
// figure 3.36.
func Arch() *machine.Arch { return &arch }

// Regs are registers of amd64.
func Regs(w machine.Words) machine.Regs { return arch.Regs(w) }

var arch = machine.Arch{
	Name:    "x86_64",
	Machine: elf.EM_X86_64,
	Decoder: decoding{},
	Shapes:  shapes{},
	Others:  others{},

	PC: RIP, SP: RSP, FP: RBP, Flags: EFLAGS, Syscall: OrigRAX, NextSyscall: RAX, ThreadPointer: FSBase,
	Arguments:        []machine.Reg{RDI, RSI, RDX, RCX, R8, R9},
	SyscallArguments: [6]machine.Reg{RDI, RSI, RDX, R10, R8, R9},
	Vectors:          RAX,
	Convention:       machine.SystemV,
	Results:          [2]machine.Reg{RAX, RDX},
	General:          allRegs,
	Saved:            machine.SetOf(RBX, RBP, R12, R13, R14, R15),
	Kept:             machine.SetOf(RBX, RBP, R12, R13, R14, R15, RSP, RIP, FSBase, GSBase, CS, SS, DS, ES, FS, GS),
	Shown: []machine.Reg{RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RIP, EFLAGS,
		CS, SS, DS, ES, FS, GS, FSBase, GSBase, OrigRAX},
	FlagTypes:  []machine.FlagType{{Name: "i386_eflags", Size: 4, Bits: eflagsBits}, {Name: "i386_mxcsr", Size: 4, Bits: mxcsrBits}},
	Area:       512,
	DWARF:      []machine.Reg{RAX, RDX, RCX, RBX, RSI, RDI, RBP, RSP, R8, R9, R10, R11, R12, R13, R14, R15, RIP},
	Frames:     cfi.Registers{Columns: 17}, // up to the return address
	Perf:       []machine.Reg{RAX, RBX, RCX, RDX, RSI, RDI, RBP, RSP, RIP, 0, 0, 0, 0, 0, 0, 0, R8, R9, R10, R11, R12, R13, R14, R15},
	Names:      names[:],
	Words:      len(names) - 1,
	VectorNote: 0x202, // NT_X86_XSTATE (include/uapi/linux/elf.h)

	Entered: flagDF | flagTF,
	Passes:  flagRF,

	Breakpoint: "\xcc", // int3; the PC of a thread that has executed it is behind it
	Halt:       "\xf4", // hlt
	ReturnSlot: 8,
	RedZone:    128, // 3.2.2 "The Stack Frame"
	CallLen:    5,   // e8 and a displacement of 4 bytes

	Restarts: restarts,
	Restart:  restart,

	// sysdeps/x86_64/jmpbuf-offsets.h and sysdeps/unix/sysv/linux/x86_64/pointer_guard.h of glibc
	JumpBuffer: machine.JumpBuffer{SP: 6 * 8, PC: 7 * 8, Rotated: 17, Guard: 0x30},

	Relocations: machine.Relocations{ // System V ABI, AMD64 supplement, table 4.9
		GlobDat: uint32(elf.R_X86_64_GLOB_DAT), JumpSlot: uint32(elf.R_X86_64_JMP_SLOT), IRelative: uint32(elf.R_X86_64_IRELATIVE),
		TPOff: uint32(elf.R_X86_64_TPOFF64), DTPMod: uint32(elf.R_X86_64_DTPMOD64), TLSDesc: uint32(elf.R_X86_64_TLSDESC),
	},

	ThreadBlock:  threadBlock,
	ThreadVector: 8,

	VDSOPrefix: "__vdso_",
	Calls: machine.Calls{
		Mmap: 9, Munmap: 11, Rseq: 334, Membarrier: 324, SliceYield: 471,
		Gettimeofday: 96, Time: 201, ClockGettime: 228, ClockGetres: 229, Getcpu: 309, Getrandom: 318,
	},
}

// threadBlock is the distance down to the executable's block, which ends at the thread pointer but for
// its alignment (variant II of Ulrich Drepper's "ELF Handling For Thread-Local Storage", section 3).
func threadBlock(address, size, align uint64) int64 {
	if align <= 1 {
		return -int64(size)
	}
	return -int64(size + -(address+size)&(align-1))
}

// decoding implements machine.Decoder, shapes machine.Shapes, others machine.Others.
type (
	decoding struct{}
	shapes   struct{}
	others   struct{}
)
