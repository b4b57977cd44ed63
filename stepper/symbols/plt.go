package symbols

import (
	"debug/elf"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// plt describes an image's procedure linkage table: its sections, and the
// symbol of each GOT slot that a stub jumps through.
type plt struct {
	sections []machine.PLT
	slots    map[uint64]string // GOT slot's file address to the symbol's name; nil until needed

	functions map[string]bool     // the names in slots that are not data's; nil until needed
	resolved  map[uint64][]uint64 // slots with what a resolver returns, by its file address; nil until needed
}

// stubs describes the image's PLT, once.
func (im *image) stubs() *plt {
	if im.plt != nil {
		return im.plt
	}
	im.plt = &plt{}
	if im.arch == nil {
		return im.plt
	}
	for _, s := range im.main.Sections {
		switch s.Name {
		case ".plt", ".plt.sec", ".plt.got", ".iplt":
			im.plt.sections = append(im.plt.sections, machine.PLT{Low: s.Addr, High: s.Addr + s.Size, Lazy: s.Name == ".plt"})
		}
	}
	return im.plt
}

// slotName is the symbol whose address the dynamic linker stores in a GOT slot.
func (im *image) slotName(slot uint64) string {
	p := im.stubs()
	if p.slots == nil {
		p.slots, p.functions, p.resolved = map[uint64]string{}, map[string]bool{}, map[uint64][]uint64{}
		im.readSlots()
	}
	return p.slots[slot]
}

// readSlots finds the relocations that set a GOT slot to a function's address.
func (im *image) readSlots() {
	const entry = 24 // sizeof(Elf64_Rela)
	im.symtabs()
	if im.dynsym == nil || im.arch == nil {
		return
	}
	o := im.main.ByteOrder
	sym := make([]byte, symEntry64)
	for _, s := range im.main.Sections {
		if s.Type != elf.SHT_RELA || s.Flags&elf.SHF_ALLOC == 0 {
			continue
		}
		p, err := im.main.data(s.Name)
		if err != nil {
			continue
		}
		for ; len(p) >= entry; p = p[entry:] {
			kind, index := o.Uint32(p[8:]), o.Uint32(p[12:])
			if kind == im.arch.Relocations.IRelative {
				resolver := o.Uint64(p[16:])
				im.plt.resolved[resolver] = append(im.plt.resolved[resolver], o.Uint64(p))
			}
			if kind != im.arch.Relocations.GlobDat && kind != im.arch.Relocations.JumpSlot || index == 0 {
				continue
			}
			if _, err := im.dynsym.syms.ReadAt(sym, int64(index)*symEntry64); err == nil {
				name := unversioned(im.dynsym.nameOf(o.Uint32(sym)))
				im.plt.slots[o.Uint64(p)] = name
				if kind := elf.ST_TYPE(sym[4]); kind != elf.STT_OBJECT && kind != elf.STT_TLS {
					im.plt.functions[name] = true
				}
			}
		}
	}
}

// in is the PLT section that contains a file address.
func (p *plt) in(a uint64) (machine.PLT, bool) {
	for _, s := range p.sections {
		if a-s.Low < s.High-s.Low {
			return s, true
		}
	}
	return machine.PLT{}, false
}

// stubAt decodes the stub that covers a file address.
func (im *image) stubAt(a uint64) (s machine.Stub, ok bool) {
	t, ok := im.stubs().in(a)
	if !ok {
		return machine.Stub{}, false
	}
	return im.arch.Stub(t, a, im.main.readAt)
}

// stubName is the symbol that the stub at a file address jumps to, and where the stub is.
func (im *image) stubName(a uint64) (name string, at span, ok bool) {
	s, ok := im.stubAt(a)
	if !ok {
		return "", span{}, false
	}
	name = im.slotName(s.Slot)
	return name, span{s.Low, s.High}, name != ""
}

// unwindStub unwinds from a PLT stub without CFI (lld emits none).
func (m *Module) unwindStub(r *machine.Regs, mem machine.Memory) (step, bool) {
	a := m.file(r.PC())
	t, ok := m.img.stubs().in(a)
	if !ok {
		return step{}, false
	}
	at := *r
	at.SetSP(r.SP() + m.img.arch.Pushed(t, a))
	return returned(&at, mem, 0)
}

// Trampoline is the target of a PLT stub: the contents of its GOT slot or,
// while that still points to the dynamic linker, the function of that name.
func (s *Set) Trampoline(pc table.Addr, mem machine.Memory) (to table.Addr, ok bool) {
	m := s.Module(pc)
	if m == nil {
		return 0, false
	}
	stub, ok := m.img.stubAt(m.file(pc))
	if !ok {
		return 0, false
	}
	if v, err := readWord(mem, m.process(stub.Slot)); err == nil && v != 0 {
		target := s.Module(table.Addr(v))
		if target != nil && target.img.main.executable(target.file(table.Addr(v))) {
			if _, stub := target.img.stubs().in(target.file(table.Addr(v))); !stub {
				return table.Addr(v), true
			}
		}
	}
	name := m.img.slotName(stub.Slot)
	if name == "" {
		return 0, false
	}
	return s.functionNamed(name)
}

// functionNamed finds the function to which the dynamic linker would bind a
// name, in the first module that exports it. An IFUNC's target is not known
// before its resolver has run.
func (s *Set) functionNamed(name string) (table.Addr, bool) {
	for _, m := range s.byOrder {
		m.img.symtabs()
		t := m.img.dynsym
		if t == nil {
			continue
		}
		for _, sym := range t.find(t.offsetsOf(name, nil)) {
			if sym.bind() == elf.STB_LOCAL || unversioned(t.nameOf(sym.name)) != name {
				continue
			}
			if sym.kind() == elf.STT_GNU_IFUNC {
				return 0, false
			}
			if sym.kind() == elf.STT_FUNC {
				return m.process(sym.addr), true
			}
		}
	}
	return 0, false
}
