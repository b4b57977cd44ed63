package commands

import (
	"strings"

	"rseqstep/cmd/rseqstep/internal/ops"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// rseqCommands are the commands about restartable sequences that only show something.
func (d *desk) rseqCommands() []*prompt.Command {
	return []*prompt.Command{
		{Name: "opv", Class: prompt.Status, Usage: "[SECTION|all]", Short: "Show what a restartable sequence does, as a cpu_opv vector", Run: d.infoOps, Complete: d.functionsOfSections,
			Long: "The same as \"info rseq ops\". It changes nothing; \"inject\" does the work."},
		{Name: "rseq", Class: prompt.Status, Short: "Restartable sequences, and the words for them", Run: d.infoRseq,
			Long: "The same as \"info rseq\". The words that stops and other commands use:\n\n" + rseqWords},
	}
}

// rseqWords explains rseqstep's words. See rseq(2) for the kernel's.
const rseqWords = `  section       a restartable sequence, or critical section: instructions that
                the kernel restarts if the thread is preempted, migrated or
                gets a signal in them
  arming store  the store of a section's descriptor to the thread's rseq area.
                From then on the kernel minds the section.
  live          the thread is inside a section that it has armed
  commit        the section has run to its end (post-commit)
  abort         the kernel has sent the thread to the section's abort handler
  side exit     the section has left by a jump, without committing
  unit          what a step runs as a whole: a section from its arming store
                to its end, or a vDSO function
  pass          one run of a section, however it ended
  rung          how rseqstep makes a section that does not commit do so: 1
                natively, 2 by a cpu_opv vector, 3 in a quiet phase, 4 until
                the function returns ("help set stuck-limit")
  quiet phase   all other threads are stopped, and the thread is stepped with
                its rseq registration removed, so that nothing aborts the
                section`

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
