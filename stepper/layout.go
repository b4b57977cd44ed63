package stepper

import (
	"fmt"
	"sort"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// MiddleError refuses a trap of ours in the middle of an instruction: another way
// through the code would execute a changed instruction.
type MiddleError struct{ Addr table.Addr }

func (e *MiddleError) Error() string {
	return fmt.Sprintf("%v lies in the middle of an instruction", e.Addr)
}

// layouts keeps, by a function's entry, which bytes of functions begin
// instructions, and which addresses guard has passed. Text of modules is taken as
// fixed, as codeCache does; both are dropped when modules or sections change.
type layouts struct {
	functions map[table.Addr]*machine.Layout
	passed    map[table.Addr]bool
}

// maxLayout bounds a function that is decoded as a whole, bytes; one of a megabyte
// takes 20 ms.
const maxLayout = 4 << 20

// layout is the instructions of the function at a, nil where there is none, or
// where its code may change.
func (e *Engine) layout(a table.Addr) *machine.Layout {
	if e.image.ModuleAt(a) == nil {
		return nil
	}
	fn, ok := e.symbols.Function(a)
	if !ok {
		return nil
	}
	if l, ok := e.layouts.functions[fn.Entry]; ok {
		return l
	}
	size := table.Addr(0)
	for _, r := range fn.Ranges {
		size += r.High - r.Low
	}
	var l *machine.Layout
	if size <= maxLayout {
		l = machine.Lay(e.codeOf(fn.Ranges, fn.Entry))
	}
	if e.layouts.functions == nil {
		e.layouts.functions = map[table.Addr]*machine.Layout{}
	}
	e.layouts.functions[fn.Entry] = l
	return l
}

// reached adds to the layout of its function what leads on from pc, where a thread
// stands: code that only an indirect jump leads to is not known before.
func (e *Engine) reached(pc table.Addr) {
	l := e.layout(pc)
	if l == nil || l.Begins(pc) {
		return
	}
	fn, _ := e.symbols.Function(pc)
	l.Add(e.codeOf(fn.Ranges, pc))
	e.layouts.passed = nil
}

// middle refuses an address inside an instruction that control reaches. It says
// nothing against code that nothing is known to lead to.
func (e *Engine) middle(a table.Addr) error {
	if e.layouts.passed[a] {
		return nil
	}
	l := e.layout(a)
	if l == nil {
		return nil
	}
	if l.Within(a) {
		return &MiddleError{Addr: a}
	}
	if e.layouts.passed == nil {
		e.layouts.passed = map[table.Addr]bool{}
	}
	e.layouts.passed[a] = true
	return nil
}

// codeOf is the code of ranges, to be followed from entries and from what the
// descriptors of sections say: instructions begin at a section's start, behind
// its end and at its abort handler, and the signature is none. The line table's
// statements are likely to begin with one.
func (e *Engine) codeOf(ranges []Range, entries ...table.Addr) machine.Code {
	c := machine.Code{Arch: e.target.Arch(), Ranges: ranges, Entries: entries, Read: e.target.ReadMemory}
	for _, p := range e.image.Sections() {
		for _, a := range []table.Addr{p.Start, p.End, p.Abort} {
			if inRanges(ranges, a) {
				c.Entries = append(c.Entries, a)
			}
		}
	}
	for _, r := range ranges {
		c.Data = append(c.Data, e.signatures(r)...)
		c.Likely = append(append(c.Likely, r.Low), e.symbols.Statements(r)...)
	}
	return c
}

// signatures is the signatures of abort handlers that lie in r, by address.
func (e *Engine) signatures(r Range) []machine.Range {
	var list []machine.Range
	for _, p := range e.image.Sections() {
		if s := (machine.Range{Low: p.Abort - machine.SignatureSize, High: p.Abort}); s.Low < r.High && r.Low < s.High {
			list = append(list, s)
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Low < list[j].Low })
	return list
}
