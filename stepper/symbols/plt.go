package symbols

import (
	"debug/elf"

	"rseqstep/stepper/unit"
	"rseqstep/table"
)

// plt is what is known of an image's procedure linkage table: its sections, and
// the symbol of each GOT slot that a stub jumps through.
type plt struct {
	sections []pltSection
	slots    map[uint64]string // GOT slot's file address to the symbol's name; nil until asked for
}

type pltSection struct {
	span
	lazy bool // .plt proper: entry 0 leads to the dynamic linker's resolver
}

// stubs describes the image's PLT, once.
func (im *image) stubs() *plt {
	if im.plt != nil {
		return im.plt
	}
	im.plt = &plt{}
	for _, s := range im.main.Sections {
		switch s.Name {
		case ".plt", ".plt.sec", ".plt.got", ".iplt":
			im.plt.sections = append(im.plt.sections, pltSection{span{s.Addr, s.Addr + s.Size}, s.Name == ".plt"})
		}
	}
	return im.plt
}

// slotName is the symbol whose address the dynamic linker puts in a GOT slot.
func (im *image) slotName(slot uint64) string {
	p := im.stubs()
	if p.slots == nil {
		p.slots = map[uint64]string{}
		im.readSlots()
	}
	return p.slots[slot]
}

// Relocations that fill a GOT slot with a function's address (System V ABI,
// AMD64 supplement, table 4.9).
const (
	relGlobDat  = uint32(elf.R_X86_64_GLOB_DAT)
	relJumpSlot = uint32(elf.R_X86_64_JMP_SLOT)
)

func (im *image) readSlots() {
	const entry = 24 // sizeof(Elf64_Rela)
	im.symtabs()
	if im.dynsym == nil || im.main.Class != elf.ELFCLASS64 || im.main.Machine != elf.EM_X86_64 {
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
			if kind != relGlobDat && kind != relJumpSlot || index == 0 {
				continue
			}
			if _, err := im.dynsym.syms.ReadAt(sym, int64(index)*symEntry64); err == nil {
				im.plt.slots[o.Uint64(p)] = unversioned(im.dynsym.nameOf(o.Uint32(sym)))
			}
		}
	}
}

// in is the PLT section that holds a file address.
func (p *plt) in(a uint64) (pltSection, bool) {
	for _, s := range p.sections {
		if a-s.lo < s.hi-s.lo {
			return s, true
		}
	}
	return pltSection{}, false
}

// stubBytes is the size of a PLT entry on amd64; .plt.got's may have 8.
const stubBytes = 16

// stubSlot decodes the stub that covers a file address and returns its first
// address and the GOT slot it jumps through: `[endbr64] [bnd] jmp *slot(%rip)`,
// and lld's and mold's `mov slot(%rip),%r11; jmp *%r11`-like forms of it.
func (im *image) stubSlot(a uint64) (start, slot uint64, ok bool) {
	sec, ok := im.stubs().in(a)
	if !ok {
		return 0, 0, false
	}
	start = sec.lo + (a-sec.lo)&^(stubBytes-1)
	var p [stubBytes]byte
	n := min(uint64(stubBytes), sec.hi-start)
	if im.main.readAt(start, p[:n]) != nil {
		return 0, 0, false
	}
	if start == sec.lo && sec.lazy && p[0] == 0xff && p[1] == 0x35 { // push GOT+8: entry 0
		return start, 0, false
	}
	half := p[:n]
	if n == stubBytes && p[0] == 0xff && p[1] == 0x25 && p[8] == 0xff && p[9] == 0x25 { // two of 8 bytes
		half = p[:8]
		if a-start >= 8 {
			start, half = start+8, p[8:]
		}
	}
	for i := 0; i+6 <= len(half); i++ {
		jmp := half[i] == 0xff && half[i+1] == 0x25                                          // jmp *disp(%rip)
		load := i > 0 && half[i-1]&0xf8 == 0x48 && half[i] == 0x8b && half[i+1]&0xc7 == 0x05 // mov disp(%rip),%reg
		if jmp || load {
			disp := int32(im.main.ByteOrder.Uint32(half[i+2:]))
			return start, start + uint64(i) + 6 + uint64(int64(disp)), true
		}
	}
	return start, 0, false
}

// stubName is the symbol that the stub at a file address leads to, and the
// stub's first address.
func (im *image) stubName(a uint64) (name string, start uint64, ok bool) {
	start, slot, ok := im.stubSlot(a)
	if !ok {
		return "", 0, false
	}
	name = im.slotName(slot)
	return name, start, name != ""
}

// unwindStub unwinds from a PLT stub without CFI (lld writes none): a stub has
// pushed nothing but, after its jump, the relocation's index.
func (m *Module) unwindStub(r *unit.Regs, mem unit.Memory) (step, bool) {
	a := m.file(r.PC())
	sec, ok := m.img.stubs().in(a)
	if !ok {
		return step{}, false
	}
	pushed := uint64(0)
	if sec.lazy {
		off := (a - sec.lo) % stubBytes
		switch entry0 := a-sec.lo < stubBytes; {
		case entry0 && off == 0:
			pushed = 8
		case entry0:
			pushed = 16
		case off >= 11: // after `jmp *slot` (6) and `push $index` (5)
			pushed = 8
		}
	}
	ra, err := readWord(mem, table.Addr(r.W[unit.RSP]+pushed))
	if err != nil {
		return step{}, false
	}
	st := step{cfa: table.Addr(r.W[unit.RSP] + pushed + 8), caller: *r, ok: true}
	st.caller.W[unit.RIP], st.caller.W[unit.RSP], st.caller.W[unit.OrigRAX] = ra, uint64(st.cfa), ^uint64(0)
	return st, true
}

// Trampoline says where a PLT stub leads: to what its GOT slot holds or, while
// that still leads to the dynamic linker, to the function of that name.
func (s *Set) Trampoline(pc table.Addr, mem unit.Memory) (to table.Addr, ok bool) {
	m := s.Module(pc)
	if m == nil {
		return 0, false
	}
	_, slot, ok := m.img.stubSlot(m.file(pc))
	if !ok {
		return 0, false
	}
	if v, err := readWord(mem, m.process(slot)); err == nil && v != 0 {
		target := s.Module(table.Addr(v))
		if target != nil && target.img.main.executable(target.file(table.Addr(v))) {
			if _, stub := target.img.stubs().in(target.file(table.Addr(v))); !stub {
				return table.Addr(v), true
			}
		}
	}
	name := m.img.slotName(slot)
	if name == "" {
		return 0, false
	}
	return s.functionNamed(name)
}

// functionNamed finds the function that the dynamic linker would bind a name
// to: the first module's that exports it. An IFUNC's target is not known
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
