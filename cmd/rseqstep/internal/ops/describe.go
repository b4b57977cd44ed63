package ops

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/opv"
	"rseqstep/table"
)

// Source is what sections are read from.
type Source struct {
	Arch   *machine.Arch // of the code
	Memory machine.Memory
	Name   machine.SymName // nil for none
}

// Section is one section in words.
type Section struct {
	Index  int // 1 is the first of the file, or of the process
	Name   string
	Placed *table.Placed
	Lines  []string // its operations, in the order of the code
	Notes  []string // what a vector cannot express
	Err    error    // the reason if there are no Lines
}

// ErrUnreadable says that the memory does not contain the section's code.
var ErrUnreadable = errors.New("its code cannot be read")

// maxBody limits the code of one section that is read, in bytes; real ones have fewer
// than 100.
const maxBody = 1 << 16

// Describe describes a section in words. name is symbol+offset, as shown.
func (s Source) Describe(p *table.Placed, name string) (d Section) {
	d.Placed, d.Name = p, name
	body, err := s.Body(p)
	if err == nil && len(body.Insns) == 0 {
		err = &machine.DecodeError{Addr: p.Start, Err: machine.ErrInvalid}
	}
	if err != nil {
		d.Err = err
		return d
	}
	d.Lines = opv.Describer{Arch: s.Arch, Arming: s.Arming(p), Name: s.nameFor(p, name)}.Lines(&body)
	note := func(at []table.Addr, text string) {
		for _, a := range at {
			d.Notes = append(d.Notes, fmt.Sprintf("%v %s", a, text))
		}
	}
	note(body.Calls, "calls a function, which a vector cannot do; the section is not protected while the function runs")
	note(body.Syscalls, "makes a system call, which sections must not do (rseq(2))")
	note(body.Indirect, "jumps to an address that is known only at run time")
	note(body.Lost, "cannot be decoded")
	return d
}

// Body decodes a section. Errors: ErrUnreadable, those of machine.DecodeBody, and one
// for a length that no real section has.
func (s Source) Body(p *table.Placed) (machine.Body, error) {
	code, err := s.code(p)
	if err != nil {
		return machine.Body{}, err
	}
	return machine.DecodeBody(s.Arch, p, code)
}

// nameFor returns the function that names addresses for one section, which is shown as
// name. If the section's function has several names, it uses that one; and it leaves
// out template arguments, which fill lines in tcmalloc and repeat themselves.
func (s Source) nameFor(p *table.Placed, name string) machine.SymName {
	own, _, _ := strings.Cut(Bare(name), "+0x")
	if s.Name == nil || own == "" || own == p.Start.String() {
		return s.Name
	}
	_, entry := s.Name(p.Start)
	return func(a table.Addr) (string, table.Addr) {
		name, base := s.Name(a)
		if base == entry && name != "" {
			name = own
		}
		return name, base
	}
}

func (s Source) code(p *table.Placed) ([]byte, error) {
	if p.End <= p.Start {
		return nil, machine.ErrEmpty
	}
	if p.End-p.Start > maxBody {
		return nil, fmt.Errorf("its length of %d bytes is too large for a section", uint64(p.End-p.Start))
	}
	code := make([]byte, p.End-p.Start)
	if n, err := s.Memory.ReadMemory(p.Start, code); n < len(code) {
		return nil, errors.Join(ErrUnreadable, err)
	}
	var behind [machine.MaxLen]byte // the end may lie inside an instruction
	n, _ := s.Memory.ReadMemory(p.End, behind[:])
	return append(code, behind[:n]...), nil
}

// maxLead is how far before a section we look for its arming store, in bytes.
const maxLead = 4096

// Arming finds the store that arms a section; it shows where the fields of the rseq
// area are. nil if there is none.
func (s Source) Arming(p *table.Placed) *machine.Insn {
	lead := table.Addr(64)
	if p.Section != nil && p.Section.Symbol != "" && p.Section.Offset > 0 && p.Section.Offset <= maxLead {
		lead = table.Addr(p.Section.Offset)
	}
	before := min(lead, p.Start)
	from := p.Start - before
	code := make([]byte, before+min(4*machine.MaxLen, p.End-p.Start)) // it may be the section's first instruction
	n, _ := s.Memory.ReadMemory(from, code)
	if table.Addr(n) < before {
		return nil
	}
	code = code[:n]
	at, ok := machine.FindArming(s.Arch, p, from, code)
	if !ok {
		return nil
	}
	i, err := s.Arch.Decode(at, code[at-from:])
	if err != nil {
		return nil
	}
	return &i
}
