package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// infoOps describes sections in words, as cpu_opv vectors.
func (d *desk) infoOps(args string) error {
	if d.Program == "" && !d.HasProcess() {
		return prompt.Message("No program: name one with \"file\", or attach to a process.")
	}
	source := ops.Source{Arch: d.Arch(), Memory: d, Name: d.symbol}
	all := d.Sections()
	if args == "" {
		if p, ok := d.sectionHere(); ok {
			args = p.Descriptor.String()
		}
	}
	if args == "all" {
		args = ""
	}
	if strings.HasPrefix(args, "*") || strings.HasPrefix(args, "$") {
		a, err := d.Values().Address(strings.TrimPrefix(args, "*"))
		if err != nil {
			return err
		}
		args = a.String()
	}
	list, err := source.Choose(all, d.SectionName, args)
	if err != nil {
		return err
	}
	if len(list) == 0 {
		d.printf("No restartable sequences.\n")
	}
	ops.Write(d.Out, list, d.Style)
	return nil
}

// sectionHere returns the section that the selected thread is inside, has armed, or
// arms with its next instruction.
func (d *desk) sectionHere() (*table.Placed, bool) {
	e, err := d.Engine()
	if err != nil {
		return nil, false
	}
	for _, t := range e.Threads() {
		if t.TID != e.Thread() {
			continue
		}
		if p, ok := d.SectionAt(t.PC); ok {
			return p, true
		}
		var code [machine.MaxLen]byte
		n, _ := d.ReadMemory(t.PC, code[:])
		if i, err := d.Arch().Decode(t.PC, code[:n]); err == nil && i.Store.Size > 0 {
			return d.SectionAt(i.Next())
		}
	}
	return nil, false
}

// symbol names an address for descriptions.
func (d *desk) symbol(a table.Addr) (string, table.Addr) {
	sy := d.Symbols()
	if sy == nil {
		return "", 0
	}
	name, off, ok := sy.Symbol(a)
	if !ok {
		return "", 0
	}
	return name, a - table.Addr(off)
}

// functionsOfSections completes the functions that have sections.
func (d *desk) functionsOfSections(string) []string {
	out := []string{"all"}
	seen := map[string]bool{}
	for _, p := range d.Sections() {
		name, _, _ := strings.Cut(d.SectionName(p), "+0x")
		if !seen[name] {
			seen[name] = true
			out = append(out, name)
		}
	}
	return out
}
