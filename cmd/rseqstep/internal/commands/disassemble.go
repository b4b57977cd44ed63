package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func (d *desk) disassembly() []*prompt.Command {
	return []*prompt.Command{{Name: "disassemble", Aliases: []string{"disas"}, Class: prompt.Data, Usage: "[/rs] [FUNCTION|ADDRESS|START,END|START,+LENGTH]",
		Short: "Show machine code", Repeat: prompt.RepeatSame, Complete: d.variables,
		Long: "Without an argument: the selected frame's function. /r adds the bytes, /s the\nsource lines. \"=>\" marks the next instruction. Restartable sequences are\nmarked: \"arm\" at the store that arms one, \"|\" along its instructions,\n\"post-commit\" and \"abort\" at the two addresses that its descriptor names,\n\"exit\" at the other addresses that it can jump out to.",
		Run:  d.disassemble}}
}

func (d *desk) disassemble(args string) error {
	flags, args := prompt.Format(args)
	for strings.HasPrefix(args, "/") {
		more, rest := prompt.Format(args)
		flags, args = flags+more, rest
	}
	if strings.Trim(flags, "rsm") != "" {
		return prompt.Message("Invalid modifier %q: use r or s.", flags)
	}
	ranges, name, err := d.codeRanges(args)
	if err != nil {
		return err
	}
	if name != "" {
		d.printf("Dump of assembler code for function %s:\n", name)
	} else {
		d.printf("Dump of assembler code from %v to %v:\n", ranges[0].Low, ranges[len(ranges)-1].High)
	}
	l := show.Listing{Arch: d.Arch(), Style: d.Style, Bytes: strings.Contains(flags, "r"), Name: d.Symbolic}
	if f, err := d.Frame(); err == nil {
		l.PC = f.PC
	}
	if name != "" && len(ranges) > 0 {
		l.Function, l.Entry = name, ranges[0].Low
	}
	for i, r := range ranges {
		if len(ranges) > 1 {
			d.printf("Address range %v to %v:\n", r.Low, r.High)
		}
		insns, err := d.decode(r)
		if i == 0 || len(ranges) > 1 {
			l.Marks = d.marks(r, insns)
		}
		if strings.ContainsAny(flags, "sm") {
			d.withSource(l, insns)
		} else {
			l.Write(d.Out, insns)
		}
		if err != nil {
			return err
		}
	}
	d.printf("End of assembler dump.\n")
	return nil
}

// codeRanges parses the argument of disassemble.
func (d *desk) codeRanges(args string) (ranges []stepper.Range, function string, err error) {
	if low, high, ok := strings.Cut(args, ","); ok {
		a, err := d.Values().Address(strings.TrimSpace(low))
		if err != nil {
			return nil, "", err
		}
		high = strings.TrimSpace(high)
		rel := strings.HasPrefix(high, "+")
		b, err := d.Values().Address(strings.TrimPrefix(high, "+"))
		if err != nil {
			return nil, "", err
		}
		if rel {
			b += a
		}
		if b <= a {
			return nil, "", prompt.Message("The end %v is not after the start %v.", b, a)
		}
		return []stepper.Range{{Low: a, High: b}}, "", nil
	}
	var pc table.Addr
	if args == "" {
		f, err := d.Frame()
		if err != nil {
			return nil, "", prompt.Message("No frame selected.")
		}
		pc = f.PC
	} else if pc, err = d.Values().Address(args); err != nil {
		return nil, "", err
	}
	sy := d.Symbols()
	if sy == nil {
		return nil, "", prompt.Message("No symbol table is loaded.  Use the \"file\" command.")
	}
	f, ok := sy.Function(pc)
	if !ok || len(f.Ranges) == 0 {
		return nil, "", prompt.Message("No function contains specified address; give a range START,END.")
	}
	return f.Ranges, f.Name, nil
}

// decode decodes a range; it ends with an error at bytes that cannot be read. An
// instruction is known to begin at a section's start, after its end and at its abort
// handler. If decoding would run past such an address, it was out of step; and a
// signature is not an instruction. Such bytes are shown one by one, like those that do
// not decode.
func (d *desk) decode(r stepper.Range) ([]machine.Insn, error) {
	if r.High-r.Low > maxCode {
		return nil, prompt.Message("%d bytes are too many to disassemble in one command.", r.High-r.Low)
	}
	code := make([]byte, r.High-r.Low)
	n, readErr := d.ReadMemory(r.Low, code)
	code = code[:n]
	begins, signatures := d.boundaries()
	var insns []machine.Insn
	for at := r.Low; at < r.Low+table.Addr(n); {
		i, err := d.Arch().Decode(at, code[at-r.Low:])
		if err == nil && !signatures(at) && !begins(at+1, i.Next()) {
			insns = append(insns, i)
			at = i.Next()
			continue
		}
		if err != nil && int(r.Low+table.Addr(n)-at) < machine.MaxLen && r.Low+table.Addr(n) != r.High {
			return insns, prompt.Message("Cannot access memory at address %v", at)
		}
		insns = append(insns, machine.Insn{Addr: at, Len: 1})
		at++
	}
	return insns, readErr
}

// boundaries reports whether an instruction is known to begin in [low, high), and
// whether a bare signature covers an address. A bare signature is one that is not part
// of another instruction (librseq hides it in the displacement of a ud1).
func (d *desk) boundaries() (begins func(low, high table.Addr) bool, signature func(table.Addr) bool) {
	sections := d.Sections()
	begins = func(low, high table.Addr) bool {
		for _, p := range sections {
			for _, a := range []table.Addr{p.Start, p.End, p.Abort} {
				if low <= a && a < high {
					return true
				}
			}
		}
		return false
	}
	signature = func(at table.Addr) bool {
		for _, p := range sections {
			if d := p.Abort - at; d >= 1 && d <= machine.SignatureSize {
				return true
			}
		}
		return false
	}
	return begins, signature
}

// maxCode is how many bytes one command disassembles at most.
const maxCode = 1 << 24

// marks returns the marks of restartable sequences in a range.
func (d *desk) marks(r stepper.Range, insns []machine.Insn) map[table.Addr]show.Mark {
	marks := map[table.Addr]show.Mark{}
	sections := d.Sections()
	for _, p := range sections {
		if p.End <= r.Low || p.Start >= r.High {
			if r.Contains(p.Abort) {
				marks[p.Abort] = marks[p.Abort].With("abort of " + d.SectionName(p))
			}
			continue
		}
		for a := range insns {
			if at := insns[a].Addr; p.Contains(at) {
				m := marks[at]
				m.Body = true
				marks[at] = m
			}
		}
		marks[p.Start] = marks[p.Start].With("section " + d.SectionName(p))
		marks[p.End] = marks[p.End].With("post-commit")
		marks[p.Abort] = marks[p.Abort].With("abort")
		for _, e := range p.Exits {
			marks[e] = marks[e].With("exit")
		}
		d.markExits(p, marks)
		if i := (ops.Source{Arch: d.Arch(), Memory: d}).Arming(p); i != nil {
			marks[i.Addr] = marks[i.Addr].With("arm")
		}
	}
	return marks
}

// markExits adds the exits that only decoding shows.
func (d *desk) markExits(p *table.Placed, marks map[table.Addr]show.Mark) {
	body, err := (ops.Source{Arch: d.Arch(), Memory: d}).Body(p)
	if err != nil {
		return
	}
	for _, e := range body.Exits {
		if e.Addr != p.End && e.Addr != p.Abort && !marks[e.Addr].Has("exit") {
			marks[e.Addr] = marks[e.Addr].With("exit")
		}
	}
}

// withSource writes instructions below the source lines that they belong to.
func (d *desk) withSource(l show.Listing, insns []machine.Insn) {
	sy := d.Symbols()
	var last stepper.Line
	for i := 0; i < len(insns); {
		depth, _ := sy.Inlines(insns[i].Addr)
		at, _ := sy.Line(insns[i].Addr, depth)
		end := i + 1
		for end < len(insns) {
			depth, _ := sy.Inlines(insns[end].Addr)
			if next, _ := sy.Line(insns[end].Addr, depth); next != at {
				break
			}
			end++
		}
		if at.Line != 0 {
			if at.File != last.File {
				d.printf("%s:\n", show.Path(at.File))
			}
			text, _ := d.SourceText(at.File, at.Line)
			d.printf("%s\n", show.SourceLine(at.Line, text))
		}
		l.Write(d.Out, insns[i:end])
		d.printf("\n")
		last, i = at, end
	}
}
