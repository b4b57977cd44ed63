package expr

import (
	"debug/elf"
	"encoding/binary"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// tlsAddress is the address in the calling thread of byte off of a module's thread-local
// variables.
//
// GCC writes the file address of the variable's initial value into .debug_addr
// instead of an offset (seen in 12.2 with -gsplit-dwarf: ".quad x", without "@dtpoff").
//
// The executable's block is at a place that the architecture says (machine.Arch.ThreadBlock).
//
// For a library it follows from what the dynamic linker wrote into its GOT: an offset
// from the thread pointer (Relocations.TPOff), the module's number (DTPMod), which is
// the index of the block in the thread's vector, whose elements are 16 bytes in glibc; or a
// descriptor (TLSDesc).
func (c *Context) tlsAddress(info *Info, tp, off uint64) (table.Addr, error) {
	if tp == 0 {
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
		return table.Addr(tp + uint64(c.arch().ThreadBlock(seg.Vaddr, seg.Memsz, seg.Align)) + off), nil
	}
	base, err := c.tlsOfLibrary(info, f, tp)
	return base + table.Addr(off), err
}

func (c *Context) tlsOfLibrary(info *Info, f *elf.File, tp uint64) (table.Addr, error) {
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
					return table.Addr(tp + w - own - addend), nil
				}
			case c.arch().Relocations.DTPMod:
				if w, err := c.word(info.addr(at)); err == nil && w != 0 {
					return TLSBlock(c.word, c.arch(), tp, w)
				}
			case c.arch().Relocations.TLSDesc:
				if block, ok := c.tlsByDescriptor(info.addr(at), tp, own+addend); ok {
					return block, nil
				}
			}
		}
	}
	return 0, sentence("Cannot find thread-local variables of %s: nothing in it tells where its block is", info.mod.Path)
}

// tlsByDescriptor is the thread's block by a descriptor of the variable off bytes into it: a function
// and its argument. In glibc and musl that is the variable's offset from the thread pointer, or
// the address of the module's number and of off, by which it is recognised.
func (c *Context) tlsByDescriptor(at table.Addr, tp, off uint64) (table.Addr, bool) {
	const far = 1 << 31 // beyond what blocks are at fixed places for
	function, err := c.word(at)
	if err != nil || function == 0 {
		return 0, false
	}
	argument, err := c.word(at + 8)
	if err != nil {
		return 0, false
	}
	module, err := c.word(table.Addr(argument))
	if err == nil {
		there, err := c.word(table.Addr(argument + 8))
		if err != nil || there != off {
			return 0, false
		}
		block, err := TLSBlock(c.word, c.arch(), tp, module)
		return block, err == nil
	}
	d := int64(argument)
	return table.Addr(tp + argument - off), d > -far && d < far
}

// TLSBlock is the address of a thread's block of a module's thread-local
// variables, found by the module's number in glibc's vector (dtv) of the
// thread, whose thread pointer is tp; word reads 8 bytes of the process. A
// thread that has not used the module's variables may have no block yet, which
// is an error.
func TLSBlock(word func(table.Addr) (uint64, error), arch *machine.Arch, tp, mod uint64) (table.Addr, error) {
	vector, err := word(table.Addr(tp) + arch.ThreadVector)
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
