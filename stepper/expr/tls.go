package expr

import (
	"debug/elf"
	"encoding/binary"
	"fmt"

	"rseqstep/table"
)

// tlsAddress is the address in the calling thread of byte off of a module's thread-local
// variables.
//
// GCC writes the file address of the variable's initial value into .debug_addr
// instead of an offset (seen in 12.2 with -gsplit-dwarf: ".quad x", without "@dtpoff").
//
// The executable's block is right below the thread pointer (variant II of
// Ulrich Drepper's "ELF Handling For Thread-Local Storage", section 3).
//
// For a library it follows from what the dynamic linker wrote into its GOT:
// R_X86_64_TPOFF64 holds an offset from the thread pointer, R_X86_64_DTPMOD64
// the module's number, which is the index of the block in the thread's vector
// (dtv, at fs_base + 8; glibc's elements are 16 bytes).
func (c *Context) tlsAddress(info *Info, fs, off uint64) (table.Addr, error) {
	if fs == 0 {
		return 0, sentence("Cannot find thread-local variables: the thread has no thread pointer yet.")
	}
	f, err := openHeaders(info.mod.Path)
	if err != nil {
		return 0, sentence("Cannot find thread-local variables: %w", err)
	}
	defer f.Close()
	var seg *elf.Prog
	for _, p := range f.Progs {
		if p.Type == elf.PT_TLS {
			seg = p
		}
	}
	if seg == nil {
		return 0, sentence("Cannot find thread-local variables: %s has no PT_TLS segment", info.mod.Path)
	}
	if off >= seg.Memsz && off-seg.Vaddr < seg.Memsz {
		off -= seg.Vaddr
	}
	if mods := c.Source.Modules(); len(mods) > 0 && mods[0] == info.mod {
		return table.Addr(fs - BelowThreadPointer(seg.Vaddr, seg.Memsz, seg.Align) + off), nil
	}
	base, err := c.tlsOfLibrary(info, f, fs)
	return base + table.Addr(off), err
}

// BelowThreadPointer is the distance in bytes from the start of the executable's block of
// thread-local variables up to the thread pointer, computed from the address, size and
// alignment of its PT_TLS segment: the linker puts the thread pointer at the block's end,
// rounded up to its alignment, and every loader must do the same.
func BelowThreadPointer(vaddr, size, align uint64) uint64 {
	if align <= 1 {
		return size
	}
	return size + -(vaddr+size)&(align-1)
}

func (c *Context) tlsOfLibrary(info *Info, f *elf.File, fs uint64) (table.Addr, error) {
	symbols, _ := f.DynamicSymbols()
	for _, s := range f.Sections {
		if s.Type != elf.SHT_RELA || s.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		data, err := s.Data()
		if err != nil {
			continue
		}
		for ; len(data) >= 24; data = data[24:] {
			at, what := binary.LittleEndian.Uint64(data), binary.LittleEndian.Uint64(data[8:])
			addend, sym := binary.LittleEndian.Uint64(data[16:]), int(what>>32)
			var own uint64 // the symbol's offset in this module's block
			if sym > 0 {
				if sym > len(symbols) || symbols[sym-1].Section == elf.SHN_UNDEF {
					continue
				}
				own = symbols[sym-1].Value
			}
			switch uint32(what) {
			case c.arch().Relocations.TPOff:
				w, err := c.word(info.addr(at))
				if err == nil && w != 0 {
					return table.Addr(fs + w - own - addend), nil
				}
			case c.arch().Relocations.DTPMod:
				if w, err := c.word(info.addr(at)); err == nil && w != 0 {
					return TLSBlock(c.word, fs, w)
				}
			}
		}
	}
	return 0, sentence("Cannot find thread-local variables of %s: nothing in it tells where its block is", info.mod.Path)
}

// TLSBlock is the address of a thread's block of a module's thread-local
// variables, found by the module's number in glibc's vector (dtv) of the
// thread, whose thread pointer is fs; word reads 8 bytes of the process. A
// thread that has not used the module's variables may have no block yet, which
// is an error.
func TLSBlock(word func(table.Addr) (uint64, error), fs, mod uint64) (table.Addr, error) {
	vector, err := word(table.Addr(fs + 8))
	if err != nil {
		return 0, err
	}
	length, err := word(table.Addr(vector - 16))
	if err != nil {
		return 0, err
	}
	const unallocated = ^uint64(0) // glibc's TLS_DTV_UNALLOCATED
	block := unallocated
	if mod <= length {
		if block, err = word(table.Addr(vector + 16*mod)); err != nil {
			return 0, err
		}
	}
	if block == unallocated || block == 0 {
		return 0, sentence("Cannot find thread-local variables: the thread has not used this library's yet")
	}
	return table.Addr(block), nil
}

// openHeaders opens an ELF file; debug/elf panics on some malformed ones.
func openHeaders(path string) (f *elf.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%s: malformed: %v", path, p)
		}
	}()
	return elf.Open(path)
}
