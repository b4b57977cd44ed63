package interp

import (
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Speaker describes instructions in words.
type Speaker interface {
	// Insn describes one; false if it has no description for it.
	Insn(u *machine.Insn) bool
	// Forget discards what is known of the registers that an undescribed instruction may change.
	Forget(u *machine.Insn)
	// Register is the name of the low size bytes of a general register.
	Register(x machine.Reg, size int) string
	// Vectors are the names of the vector registers.
	Vectors() []string
}

// Words is one walk over a section's code.
type Words struct {
	Body  *machine.Body
	Regs  [len(machine.Words{})]Value // by machine.Reg
	Vecs  []string
	Flags Flags
	// The lines, and the instruction of each.
	Lines []string
	At    []table.Addr

	arch    *machine.Arch
	name    machine.SymName
	speaker Speaker
	lets    []string // names given to loads, by position in the alphabet
	changed machine.RegSet
	unsure  machine.RegSet // registers to forget at a label
	labels  map[table.Addr]string
	// The same for vector registers.
	unsureVecs []bool
	areaAt     Value // address of the rseq area
	areaSeg    machine.Reg
	hasArea    bool
	now        table.Addr // the instruction being described
}

// Describe describes a section: one line for each compare, write, label and jump, in the order of
// the code. arming is the section's arming store, which gives the address of the rseq area; nil: the
// words of the area have no names. name names addresses; nil shows them as numbers.
func Describe(set Set, arch *machine.Arch, b *machine.Body, arming *machine.Insn, name machine.SymName) *Words {
	first := newWords(set, arch, b, arming, name)
	first.walk()
	if len(first.labels) == 0 {
		return first
	}
	// Where paths join, registers that any instruction changes have no known
	// value. The first walk finds those.
	second := newWords(set, arch, b, arming, name)
	second.unsure, second.unsureVecs = first.changed, make([]bool, len(first.Vecs))
	for n, name := range first.speaker.Vectors() {
		second.unsureVecs[n] = first.Vecs[n] != name
	}
	second.walk()
	return second
}

func newWords(set Set, arch *machine.Arch, b *machine.Body, arming *machine.Insn, name machine.SymName) *Words {
	w := &Words{Body: b, arch: arch, name: name, labels: map[table.Addr]string{}}
	w.speaker = set.Speaker(w)
	for x := range w.Regs {
		x := machine.Reg(x)
		if !arch.General.Has(x) {
			continue
		}
		names := func(size int) string { return w.speaker.Register(x, size) }
		w.Regs[x] = Value{terms: []term{{text: names(8), times: 1, register: names}}}
	}
	w.Vecs = append(w.Vecs, w.speaker.Vectors()...)
	for n := range b.Insns {
		if i := &b.Insns[n]; (i.Kind == machine.Jump || i.Kind == machine.CondJump) && b.Contains(i.Target) {
			w.labels[i.Target] = ""
		}
	}
	count := 0
	for n := range b.Insns {
		if _, ok := w.labels[b.Insns[n].Addr]; ok {
			count++
			w.labels[b.Insns[n].Addr] = fmt.Sprintf("L%d", count)
		}
	}
	if s := arming; s != nil && s.Store.Size == 8 && !s.Store.Vector {
		const offCS = 8 // of rseq_cs in struct rseq
		w.areaAt, w.areaSeg, w.hasArea = w.Sum(&s.Store.Mem).Plus(Constant(-offCS)), s.Store.Segment, true
	}
	return w
}

func (w *Words) walk() {
	for n := range w.Body.Insns {
		u := &w.Body.Insns[n]
		w.now = u.Addr
		if label := w.labels[u.Addr]; label != "" {
			w.Say("%s:", label)
			for x := range w.Regs {
				if x := machine.Reg(x); w.unsure.Has(x) {
					w.Set(x, Named(w.speaker.Register(x, 8)+"@"+label))
				}
			}
			for n, unsure := range w.unsureVecs {
				if unsure {
					w.Vecs[n] = w.speaker.Vectors()[n] + "@" + label
				}
			}
			w.Flags = Flags{}
		}
		if u.Kind != machine.Plain && u.Kind != machine.Jump && u.Kind != machine.CondJump || !w.speaker.Insn(u) {
			w.Say("%s", w.arch.Format(u, w.name))
			w.Flags = Flags{}
			w.speaker.Forget(u)
		}
	}
}

// Say adds a line.
func (w *Words) Say(format string, args ...any) {
	w.Lines = append(w.Lines, fmt.Sprintf(format, args...))
	w.At = append(w.At, w.now)
}

// Set writes a general register.
func (w *Words) Set(x machine.Reg, v Value) {
	w.Regs[x] = v
	w.changed |= 1 << x
}

// Lose forgets a general register.
func (w *Words) Lose(x machine.Reg) { w.Set(x, Named(w.speaker.Register(x, 8)+"'")) }

// Branch describes a conditional jump to an address under a condition; otherwise is the opposite
// condition. A jump out of the section is a compare that must hold for the section to continue.
func (w *Words) Branch(to table.Addr, condition, otherwise string) {
	if w.Body.Contains(to) {
		w.Say("if %s goto %s", condition, w.labels[to])
		return
	}
	w.Say("compare %s else %s", otherwise, w.exit(to))
}

// Goto describes a jump.
func (w *Words) Goto(to table.Addr) {
	if w.Body.Contains(to) {
		w.Say("goto %s", w.labels[to])
		return
	}
	w.Say("goto %s", w.exit(to))
}

// exit describes a jump's target in words.
func (w *Words) exit(to table.Addr) string {
	switch {
	case to == w.Body.Abort:
		return "abort"
	case to == w.Body.End:
		return "end"
	}
	text := to.String()
	if w.name != nil {
		if name, base := w.name(to); name != "" {
			text = fmt.Sprintf("%v <%s+%#x>", to, name, uint64(to-base))
		}
	}
	return "exit " + text
}

// Sum is a memory operand's address, without the segment's base.
func (w *Words) Sum(m *machine.Mem) Value {
	v := Constant(m.Disp)
	if m.Base != machine.NoReg {
		v = w.Regs[m.Base].Plus(v)
	}
	if m.Index != machine.NoReg {
		index := w.extended(m).Scaled(int64(m.Scale))
		if m.Base != machine.NoReg {
			index = w.Regs[m.Base].Plus(index)
		}
		v = index.Plus(Constant(m.Disp))
	}
	if m.Short {
		v = v.Narrow(4)
	}
	return v
}

// extended is the value of an operand's index register.
func (w *Words) extended(m *machine.Mem) Value {
	v := w.Regs[m.Index]
	switch m.Extend {
	case machine.ExtendUnsigned:
		return v.Narrow(4)
	case machine.ExtendSigned:
		return v.Signed(4, 8)
	}
	return v
}

// Memory names the size bytes that an operand in memory is.
func (w *Words) Memory(m *machine.Mem, size int) string { return w.memoryAt(m, w.Sum(m), size) }

func (w *Words) memoryAt(m *machine.Mem, at Value, size int) string {
	if w.hasArea && size == 4 && m.Segment == w.areaSeg {
		for off, name := range map[int64]string{0: "cpu_id_start", OffCPU: "cpu_id", OffCID: "mm_cid"} {
			if at.Equal(w.areaAt.Plus(Constant(off))) {
				return name
			}
		}
	}
	for _, t := range at.terms {
		if strings.Contains(t.text, "[") && len(t.text) >= longTerm {
			at = w.let(at, t.text)
		}
	}
	text := at.String()
	if a := table.Addr(at.off); (m.PCRelative || at.Address && at.Known()) && w.name != nil {
		if name, base := w.name(a); name != "" {
			if text = name; a != base {
				text = fmt.Sprintf("%s+%d", name, uint64(a-base))
			}
		}
	}
	prefix := ""
	if m.Segment != machine.NoReg {
		prefix = strings.TrimSuffix(w.arch.Names[m.Segment], "_base") + ":"
	}
	if size != 8 {
		return fmt.Sprintf("u%d[%s%s]", 8*size, prefix, text)
	}
	return "[" + prefix + text + "]"
}

// longTerm is the number of characters from which a load that is part of an
// address gets a name.
const longTerm = 12

// let names a term from here on, and adds the line that says so.
func (w *Words) let(v Value, text string) Value {
	n := len(w.lets)
	w.lets = append(w.lets, text)
	name := string(rune('a' + n%26))
	if n >= 26 {
		name = fmt.Sprint(name, n/26)
	}
	w.Say("let %s = %s", name, strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
	var swap func(v Value) Value
	swap = func(v Value) Value {
		if v.low != nil {
			low := swap(*v.low)
			v.low = &low
		}
		v.terms = append([]term(nil), v.terms...)
		for k := range v.terms {
			if v.terms[k].text == text {
				v.terms[k].text = name
			}
		}
		return v
	}
	for r := range w.Regs {
		w.Regs[r] = swap(w.Regs[r])
	}
	w.Flags.A, w.Flags.B = swap(w.Flags.A), swap(w.Flags.B)
	return swap(v)
}

// Wrote marks what registers and flags know of a place as its old value, whatever size they know of it.
func (w *Words) Wrote(text string) {
	if n := strings.IndexByte(text, '['); n >= 0 {
		text = text[n:]
	}
	old := func(known string) string {
		return strings.ReplaceAll(strings.ReplaceAll(known, text, "old"+text), "oldold", "old")
	}
	var age func(v *Value)
	age = func(v *Value) {
		if v.low != nil {
			low := *v.low
			age(&low)
			v.low = &low
		}
		for k, t := range v.terms {
			if strings.Contains(t.text, text) {
				v.terms = append([]term(nil), v.terms...)
				v.terms[k].text = old(t.text)
			}
		}
	}
	for n := range w.Regs {
		age(&w.Regs[n])
	}
	age(&w.Flags.A)
	age(&w.Flags.B)
	for n := range w.Vecs {
		w.Vecs[n] = old(w.Vecs[n])
	}
}
