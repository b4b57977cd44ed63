package table

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// SignatureSize is the length of the signature before an abort handler, bytes
// (rseq(2)).
const SignatureSize = 4

// KnownSignature is a value that librseq and glibc register for a machine.
type KnownSignature struct {
	Value uint32 // as compared by the kernel: a word in the byte order of the data
	Name  string // machine and instruction, as a disassembler shows it
}

// Signatures lists the values that programs for a machine register, the usual
// one first; nil for an unknown machine. The kernel compares with the value
// that the thread registered, so a running process has better information.
//
// Values: RSEQ_SIG in librseq's include/rseq/arch/*.h and in glibc's
// sysdeps/unix/sysv/linux/*/bits/rseq.h.
func Signatures(m elf.Machine, order binary.ByteOrder) []KnownSignature {
	big := order == binary.BigEndian
	switch m {
	case elf.EM_X86_64, elf.EM_386:
		return []KnownSignature{{0x53053053, "x86 ud1"}}
	case elf.EM_AARCH64: // code is always little-endian
		if big {
			return []KnownSignature{{0x00bc28d4, "arm64 brk #0x45e0 (big-endian data)"}}
		}
		return []KnownSignature{{0xd428bc00, "arm64 brk #0x45e0"}}
	case elf.EM_ARM: // BE8: code little-endian, data big-endian; BE32: both big-endian
		if big {
			return []KnownSignature{{0xf3def5e7, "arm udf #24035 (big-endian data)"}, {0xe7f5def3, "arm udf #24035 (BE32)"}}
		}
		return []KnownSignature{{0xe7f5def3, "arm udf #24035"}}
	case elf.EM_PPC, elf.EM_PPC64:
		return []KnownSignature{{0x0fe5000b, "ppc twui r5,11"}}
	case elf.EM_S390:
		return []KnownSignature{{0xb2ff0fff, "s390 trap4 4095"}}
	case elf.EM_MIPS, elf.EM_MIPS_RS3_LE: // microMIPS is a stream of halfwords
		if big {
			return []KnownSignature{{0x0350000d, "mips break 0x350"}, {0x0000d407, "microMIPS break 0x350"}}
		}
		return []KnownSignature{{0x0350000d, "mips break 0x350"}, {0xd4070000, "microMIPS break 0x350"}}
	case elf.EM_RISCV:
		return []KnownSignature{{0xf1401073, "riscv csrw mhartid, x0"}}
	case elf.EM_LOONGARCH:
		return []KnownSignature{{0x002a0010, "loongarch break 0x10"}}
	}
	return nil
}

// SignatureForm is how a signature looks in code.
type SignatureForm struct {
	Bytes []byte // ends with the signature
	Align uint64 // of its address, in bytes
}

// SignatureForms lists the forms that no other code has, so that finding one in a program's text
// means that an abort handler follows; nil for a machine without such a form. On x86 it is the
// operand of a ud1: the four bytes alone are also the constant that a program registers.
func SignatureForms(m elf.Machine, order binary.ByteOrder) []SignatureForm {
	switch m {
	case elf.EM_X86_64, elf.EM_386:
		return []SignatureForm{{[]byte{0x0f, 0xb9, 0x3d, 0x53, 0x30, 0x05, 0x53}, 1}}
	case elf.EM_AARCH64:
		if order == binary.LittleEndian {
			return []SignatureForm{{[]byte{0x00, 0xbc, 0x28, 0xd4}, 4}}
		}
	}
	return nil
}

// Signature is the 4 bytes before an abort handler, read as by the kernel: one
// word in the byte order of the process's data.
type Signature struct {
	Value uint32
	Found bool // false if the bytes before Abort could not be read
}

func (s Signature) String() string {
	if !s.Found {
		return "none"
	}
	return fmt.Sprintf("0x%08x", s.Value)
}

// readSignature reads the signature before a section's abort handler.
func (im *image) readSignature(abort FileAddr) Signature {
	var b [4]byte
	off, ok := im.offsetOf(abort-4, 4)
	if !ok || im.in.small(off, b[:]) != nil {
		return Signature{}
	}
	return Signature{Value: im.order.Uint32(b[:]), Found: true}
}
