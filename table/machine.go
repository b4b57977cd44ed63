package table

import "debug/elf"

// effect is what a relocation does to the words it applies to.
type effect uint8

const (
	unknown  effect = iota // not a relocation that puts an address into data
	nothing                // R_*_NONE
	absolute               // symbol + addend
	relative               // addend + load bias; file addresses have bias 0
	plus                   // word + (symbol + addend)
	minus                  // word - (symbol + addend)
)

// relocation is one type of relocation: its effect and the bytes it writes.
type relocation struct {
	effect effect
	size   int
}

// relocationType returns the effect of relocation type t of machine m on data.
// composed is the second type of a MIPS n64 relocation, 0 elsewhere.
//
// The numbers are those of each processor's ELF supplement (psABI); the
// names, with debug/elf's constants, are beside them.
func relocationType(m elf.Machine, class elf.Class, t, composed uint32) relocation {
	if t == 0 { // R_*_NONE on every machine here
		return relocation{nothing, 0}
	}
	word := 4
	if class == elf.ELFCLASS64 {
		word = 8
	}
	switch m {
	case elf.EM_X86_64:
		switch elf.R_X86_64(t) {
		case elf.R_X86_64_64:
			return relocation{absolute, 8}
		case elf.R_X86_64_32, elf.R_X86_64_32S:
			return relocation{absolute, 4}
		case elf.R_X86_64_RELATIVE:
			return relocation{relative, word}
		case elf.R_X86_64_RELATIVE64:
			return relocation{relative, 8}
		}
	case elf.EM_386:
		switch elf.R_386(t) {
		case elf.R_386_32:
			return relocation{absolute, 4}
		case elf.R_386_RELATIVE:
			return relocation{relative, 4}
		}
	case elf.EM_AARCH64:
		switch elf.R_AARCH64(t) {
		case elf.R_AARCH64_ABS64:
			return relocation{absolute, 8}
		case elf.R_AARCH64_ABS32, elf.R_AARCH64_P32_ABS32:
			return relocation{absolute, 4}
		case elf.R_AARCH64_RELATIVE:
			return relocation{relative, 8}
		case elf.R_AARCH64_P32_RELATIVE:
			return relocation{relative, 4}
		}
	case elf.EM_ARM:
		switch elf.R_ARM(t) {
		case elf.R_ARM_ABS32, elf.R_ARM_TARGET1:
			return relocation{absolute, 4}
		case elf.R_ARM_RELATIVE:
			return relocation{relative, 4}
		}
	case elf.EM_PPC:
		switch elf.R_PPC(t) {
		case elf.R_PPC_ADDR32, elf.R_PPC_UADDR32:
			return relocation{absolute, 4}
		case elf.R_PPC_RELATIVE:
			return relocation{relative, 4}
		}
	case elf.EM_PPC64:
		switch elf.R_PPC64(t) {
		case elf.R_PPC64_ADDR64, elf.R_PPC64_UADDR64:
			return relocation{absolute, 8}
		case elf.R_PPC64_ADDR32:
			return relocation{absolute, 4}
		case elf.R_PPC64_RELATIVE:
			return relocation{relative, 8}
		}
	case elf.EM_S390:
		switch elf.R_390(t) {
		case elf.R_390_64:
			return relocation{absolute, 8}
		case elf.R_390_32:
			return relocation{absolute, 4}
		case elf.R_390_RELATIVE:
			return relocation{relative, word}
		}
	case elf.EM_MIPS, elf.EM_MIPS_RS3_LE:
		return mipsRelocation(elf.R_MIPS(t), elf.R_MIPS(composed))
	case elf.EM_RISCV:
		return riscvRelocation(elf.R_RISCV(t), word)
	case elf.EM_LOONGARCH:
		return loongarchRelocation(elf.R_LARCH(t), word)
	}
	return relocation{}
}

// mipsRelocation: R_MIPS_REL32 is both relative (no symbol) and absolute (a
// symbol), and R_MIPS_64 after it widens it to 8 bytes (n64).
func mipsRelocation(t, composed elf.R_MIPS) relocation {
	switch t {
	case elf.R_MIPS_32:
		return relocation{absolute, 4}
	case elf.R_MIPS_64:
		return relocation{absolute, 8}
	case elf.R_MIPS_REL32:
		if composed == elf.R_MIPS_64 {
			return relocation{absolute, 8}
		}
		return relocation{absolute, 4}
	}
	return relocation{}
}

// riscvRelocation: the linker may shorten code, so that even the difference
// of two labels is a pair of relocations.
func riscvRelocation(t elf.R_RISCV, word int) relocation {
	switch t {
	case elf.R_RISCV_32:
		return relocation{absolute, 4}
	case elf.R_RISCV_64:
		return relocation{absolute, 8}
	case elf.R_RISCV_RELATIVE:
		return relocation{relative, word}
	case elf.R_RISCV_ADD32:
		return relocation{plus, 4}
	case elf.R_RISCV_ADD64:
		return relocation{plus, 8}
	case elf.R_RISCV_SUB32:
		return relocation{minus, 4}
	case elf.R_RISCV_SUB64:
		return relocation{minus, 8}
	}
	return relocation{}
}

// loongarchRelocation: label differences are pairs here too.
func loongarchRelocation(t elf.R_LARCH, word int) relocation {
	switch t {
	case elf.R_LARCH_32:
		return relocation{absolute, 4}
	case elf.R_LARCH_64:
		return relocation{absolute, 8}
	case elf.R_LARCH_RELATIVE:
		return relocation{relative, word}
	case elf.R_LARCH_ADD32:
		return relocation{plus, 4}
	case elf.R_LARCH_ADD64:
		return relocation{plus, 8}
	case elf.R_LARCH_SUB32:
		return relocation{minus, 4}
	case elf.R_LARCH_SUB64:
		return relocation{minus, 8}
	}
	return relocation{}
}

// InstructionAlign is the number of bytes that every instruction's address is a multiple of; 1 if
// they begin anywhere.
func InstructionAlign(m elf.Machine) uint64 {
	switch m {
	case elf.EM_AARCH64, elf.EM_PPC, elf.EM_PPC64, elf.EM_LOONGARCH:
		return 4
	case elf.EM_RISCV, elf.EM_S390, elf.EM_ARM:
		return 2
	}
	return 1
}
