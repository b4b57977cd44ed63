package opv

import (
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// Describer describes in words what sections do as vectors. Registers stand for
// their values at the section's start, [x] for the 8 bytes in memory at x,
// u32[x] for 4 of them, old[x] for the value before an earlier line.
type Describer struct {
	// Arming is the section's arming store (machine.FindArming), which gives
	// the address of the rseq area. Nil: the words of the area have no names.
	Arming *machine.Insn
	// Name names addresses; nil shows them as numbers.
	Name machine.SymName
}

// Line is Lines in one line.
func (d Describer) Line(b *machine.Body) string {
	return strings.ReplaceAll(strings.Join(d.Lines(b), "; "), ":; ", ": ")
}

// Lines describes a section, one line for each compare, write, label and
// jump, in the order of the code.
func (d Describer) Lines(b *machine.Body) []string {
	first := newWords(d, b, nil)
	first.walk()
	if len(first.labels) == 0 {
		return first.lines
	}
	// Where paths join, registers that any instruction changes have no known
	// value. The first walk finds those.
	second := newWords(d, b, first.changed)
	second.walk()
	return second.lines
}

// ByAddress is Lines, each with the instructions that it describes: the text of an instruction
// that has more than one line is joined by "; ". An instruction without a line has no text.
func (d Describer) ByAddress(b *machine.Body) map[table.Addr]string {
	w := newWords(d, b, nil)
	w.walk()
	if len(w.labels) > 0 {
		w = newWords(d, b, w.changed)
		w.walk()
	}
	said := map[table.Addr]string{}
	for n, line := range w.lines {
		if at := w.at[n]; said[at] != "" && !strings.HasSuffix(said[at], ":") {
			said[at] += "; " + line
		} else {
			said[at] = line // also in place of a label
		}
	}
	return said
}

// words is one walk over a section's code.
type words struct {
	Describer
	body    *machine.Body
	regs    [16]value
	vecs    [16]string
	lets    []string // names given to loads, by position in the alphabet
	changed map[byte]bool
	unsure  map[byte]bool // registers to forget at a label
	labels  map[table.Addr]string
	flags   flagWords
	areaAt  value // address of the rseq area
	areaSeg machine.Reg
	hasArea bool
	lines   []string
	at      []table.Addr // of each line's instruction
	now     table.Addr   // the instruction being described
}

func newWords(d Describer, b *machine.Body, unsure map[byte]bool) *words {
	w := &words{Describer: d, body: b, unsure: unsure, changed: map[byte]bool{}, labels: map[table.Addr]string{}}
	for n := range w.regs {
		w.regs[n] = value{terms: []term{{text: registerName(n, 8), times: 1, number: n}}}
		w.vecs[n] = fmt.Sprintf("xmm%d", n)
	}
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
	if s := d.Arming; s != nil && s.Store.Size == 8 && !s.Store.Vector {
		const offCS = 8 // of rseq_cs in struct rseq
		w.areaAt, w.areaSeg, w.hasArea = w.sum(&s.Store.Mem).plus(constant(-offCS)), s.Store.Segment, true
	}
	return w
}

func (w *words) walk() {
	for n := range w.body.Insns {
		u := &w.body.Insns[n]
		w.now = u.Addr
		if label := w.labels[u.Addr]; label != "" {
			w.say("%s:", label)
			for r := range w.unsure {
				w.regs[r] = named(registerName(int(r), 8) + "@" + label)
			}
			w.flags = flagWords{}
		}
		i, err := parse(u)
		if err != nil || u.Kind != machine.Plain && u.Kind != machine.Jump && u.Kind != machine.CondJump || !w.insn(i) {
			w.say("%s", Arch().Format(u, w.Name))
			w.forget(i)
		}
	}
}

func (w *words) say(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
	w.at = append(w.at, w.now)
}

// forget discards what is known of the registers that an undescribed
// instruction may change: those its operands name, and its implicit ones.
func (w *words) forget(i *inst) {
	w.flags = flagWords{}
	if i == nil {
		for n := range byte(16) {
			w.setReg(n, named(registerName(int(n), 8)+"'"))
		}
		return
	}
	for _, n := range []byte{i.reg(), i.rm(), 0, 1, 2, 6, 7} {
		w.setReg(n, named(registerName(int(n), 8)+"'"))
	}
}

func (w *words) setReg(n byte, v value) {
	w.regs[n] = v
	w.changed[n] = true
}

// exit describes a jump's target in words.
func (w *words) exit(to table.Addr) string {
	switch {
	case to == w.body.Abort:
		return "abort"
	case to == w.body.End:
		return "end"
	}
	text := to.String()
	if w.Name != nil {
		if name, base := w.Name(to); name != "" {
			text = fmt.Sprintf("%v <%s+%#x>", to, name, uint64(to-base))
		}
	}
	return "exit " + text
}

// sum is a memory operand's address, without the segment's base.
func (w *words) sum(m *machine.Mem) value {
	v := constant(m.Disp)
	if m.Base != machine.NoReg {
		v = w.regs[amd64.Number(m.Base)].plus(v)
	}
	if m.Index != machine.NoReg {
		index := w.regs[amd64.Number(m.Index)].scaled(int64(m.Scale))
		if m.Base != machine.NoReg {
			index = w.regs[amd64.Number(m.Base)].plus(index).plus(constant(m.Disp))
		} else {
			index = index.plus(constant(m.Disp))
		}
		v = index
	}
	if m.Short {
		v = v.narrow(4)
	}
	return v
}

// memory names the size bytes that an operand in memory is.
func (w *words) memory(m *machine.Mem, size int) string {
	at := w.sum(m)
	if w.hasArea && size == 4 && m.Segment == w.areaSeg {
		for off, name := range map[int64]string{0: "cpu_id_start", offCPU: "cpu_id", offCID: "mm_cid"} {
			if at.equal(w.areaAt.plus(constant(off))) {
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
	if m.PCRelative && w.Name != nil {
		if name, base := w.Name(table.Addr(m.Disp)); name != "" {
			if text = name; table.Addr(m.Disp) != base {
				text = fmt.Sprintf("%s+%d", name, uint64(table.Addr(m.Disp)-base))
			}
		}
	}
	prefix := ""
	switch m.Segment {
	case amd64.FSBase:
		prefix = "fs:"
	case amd64.GSBase:
		prefix = "gs:"
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
func (w *words) let(v value, text string) value {
	n := len(w.lets)
	w.lets = append(w.lets, text)
	name := string(rune('a' + n%26))
	if n >= 26 {
		name = fmt.Sprint(name, n/26)
	}
	w.say("let %s = %s", name, strings.TrimSuffix(strings.TrimPrefix(text, "("), ")"))
	swap := func(v value) value {
		v.terms = append([]term(nil), v.terms...)
		for k := range v.terms {
			if v.terms[k].text == text {
				v.terms[k].text = name
			}
		}
		return v
	}
	for r := range w.regs {
		w.regs[r] = swap(w.regs[r])
	}
	w.flags.a, w.flags.b = swap(w.flags.a), swap(w.flags.b)
	return swap(v)
}

// wrote marks what registers know of a place as its old value.
func (w *words) wrote(text string) {
	for n := range w.regs {
		for k, t := range w.regs[n].terms {
			if strings.Contains(t.text, text) {
				terms := append([]term(nil), w.regs[n].terms...)
				terms[k].text = strings.ReplaceAll(strings.ReplaceAll(t.text, text, "old"+text), "oldold", "old")
				w.regs[n].terms = terms
			}
		}
	}
}
