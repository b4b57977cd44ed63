package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/stepper/expr"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
)

// infoFrame is `info frame`, in gdb's words.
func (d *desk) infoFrame(string) error {
	level := d.Level()
	frames, err := d.Frames(level + 2)
	if err != nil {
		return err
	}
	f := frames[level]
	arch := d.Arch()
	name := arch.Names[arch.PC]
	d.printf("Stack level %d, frame at %v:\n %s = %v in %s", level, f.CFA, name, f.PC, f.Function)
	if f.Line.Line != 0 {
		d.printf(" (%s:%d)", show.Path(f.Line.File), f.Line.Line)
	}
	if level+1 < len(frames) && f.Inlined == 0 {
		d.printf("; saved %s = %v\n", name, frames[level+1].PC)
	} else {
		d.printf("\n")
	}
	d.neighbours(frames, level)
	if u := d.unitAt(f.PC, level); u != nil && u.LanguageName() != "" {
		d.printf(" source language %s.\n", u.LanguageName())
	}
	const word = 8 // bytes
	base := f.Regs.SP() - word
	for _, r := range d.Saved(f.PC, f.CFA) {
		if r.Addr == f.CFA-2*word && arch.DWARF[r.Number] == arch.FP {
			base = r.Addr // where the frame pointer points to
		}
	}
	d.printf(" Arglist at %v, args: %s\n Locals at %v, Previous frame's sp is %v\n", base, d.Values().FrameArguments(level), base, f.CFA)
	d.savedRegisters(f, level)
	return nil
}

// neighbours names the frames around one.
func (d *desk) neighbours(frames []stepper.Frame, level int) {
	f := frames[level]
	switch {
	case f.Inlined > 0:
		d.printf(" inlined into frame %d\n", level+1)
	case level+1 >= len(frames):
		d.printf(" outermost frame\n")
	default:
		d.printf(" called by frame at %v", frames[level+1].CFA)
		if level > 0 {
			d.printf(", caller of frame at %v", frames[level-1].CFA)
		}
		d.printf("\n")
	}
}

func (d *desk) savedRegisters(f stepper.Frame, level int) {
	at := f.PC
	if level > 0 {
		at--
	}
	var list []string
	arch := d.Arch()
	saved := map[string]table.Addr{}
	for _, r := range d.Saved(at, f.CFA) {
		if x := arch.DWARF[r.Number]; int(r.Number) < len(arch.DWARF) {
			saved[arch.Names[x]] = r.Addr
		}
	}
	for _, name := range d.bareRegisterNames() {
		if a, ok := saved[name]; ok {
			list = append(list, name+" at "+a.String())
		}
	}
	if len(list) > 0 && !f.Tail {
		d.printf(" Saved registers:\n  %s\n", strings.Join(list, ", "))
	}
}

// unitAt is the unit of a frame's code; nil if it has no debug information.
func (d *desk) unitAt(pc table.Addr, level int) *symbols.Unit {
	if level > 0 {
		pc--
	}
	return d.UnitAt(pc)
}

// infoAddress is `info address SYMBOL`.
func (d *desk) infoAddress(args string) error {
	if args == "" {
		return prompt.Message("Argument required.")
	}
	c := d.Expressions()
	e, err := c.Parse(args)
	if err != nil {
		return err
	}
	v, err := c.Eval(e)
	if err != nil {
		return err
	}
	a, ok := v.Addr()
	switch {
	case v.Type != nil && v.Type.Kind == expr.Func && ok:
		d.printf("Symbol \"%s\" is a function at address %v.\n", args, a)
	case v.OptimizedOut():
		d.printf("Symbol \"%s\" is optimized out.\n", args)
	case !ok:
		d.printf("Symbol \"%s\" has no address: it is in a register, or computed.\n", args)
	case d.SectionOf(a) != "":
		d.printf("Symbol \"%s\" is static storage at address %v.\n", args, a)
	default:
		d.printf("Symbol \"%s\" is a variable at address %v now.\n", args, a)
	}
	return nil
}
