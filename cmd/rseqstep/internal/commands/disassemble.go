package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/annotate"
	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func (d *desk) disassembly() []*prompt.Command {
	return []*prompt.Command{{Name: "disassemble", Aliases: []string{"disas"}, Class: prompt.Data, Usage: "[/rs] [FUNCTION|ADDRESS|START,END|START,+LENGTH]",
		Short: "Show machine code", Repeat: prompt.RepeatSame, Ranked: true, Complete: d.variables,
		Long: "Without an argument: the selected frame's function. /r adds the bytes, /s the\nsource lines. \"=>\" marks the next instruction. Restartable sequences are\nmarked: \"arm\" at the store that arms one, \"|\" along its instructions, \"commit\"\nat the store that commits, \"side exit\", \"to the end\" and \"to the abort handler\"\nat the jumps that lead there, \"post-commit\" and \"abort handler\" at the two\naddresses that its descriptor names, \"exit\" where its side exits lead.",
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
	l := show.Listing{Arch: d.Arch(), Style: d.Style, Bytes: strings.Contains(flags, "r"), Name: d.Symbolic, Width: d.Columns()}
	if f, err := d.Frame(); err == nil {
		l.PC = f.PC
	}
	if name != "" && len(ranges) > 0 {
		l.Function, l.Entry = name, ranges[0].Low
	}
	code := d.code()
	for i, r := range ranges {
		if len(ranges) > 1 {
			d.printf("Address range %v to %v:\n", r.Low, r.High)
		}
		if r.High-r.Low > maxCode {
			return prompt.Message("%d bytes are too many to disassemble in one command.", r.High-r.Low)
		}
		insns, err := code.Decode(r)
		if i == 0 || len(ranges) > 1 {
			l.Marks = code.Marks(r, insns)
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

// code is the process's code with its sections.
func (d *desk) code() annotate.Code {
	return annotate.Code{Source: ops.Source{Arch: d.Arch(), Memory: d}, Sections: d.Sections(), Named: d.SectionName}
}

// maxCode is how many bytes one command disassembles at most.
const maxCode = 1 << 24

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
