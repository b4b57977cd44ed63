package commands

import (
	"fmt"
	"os"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
)

// saving is `save`.
func (d *desk) saving() []*prompt.Command {
	subs := prompt.NewRegistry("save", &prompt.Command{Name: "breakpoints", Usage: "FILE", Short: "Save the breakpoints as a script", Complete: d.fileWords,
		Long: "\"source FILE\" sets them again.", Run: d.saveBreakpoints})
	return []*prompt.Command{{Name: "save", Class: prompt.Breakpoints, Usage: "breakpoints FILE", Short: "Save the breakpoints as a script", Subs: subs}}
}

func (d *desk) saveBreakpoints(args string) error {
	words, err := prompt.Words(args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return prompt.Message("Argument required (file name in which to save)")
	}
	var text strings.Builder
	for _, b := range d.Breakpoints() {
		for _, line := range saved(b) {
			fmt.Fprintln(&text, line)
		}
	}
	if text.Len() == 0 {
		d.printf("Nothing to save.\n")
		return nil
	}
	if err := os.WriteFile(words[0], []byte(text.String()), 0o666); err != nil {
		return err
	}
	d.printf("Saved to file '%s'.\n", words[0])
	return nil
}

// saved returns the commands that set a breakpoint again.
func saved(b *session.Breakpoint) (lines []string) {
	first := setAgain(b)
	if first == "" {
		return nil
	}
	if b.Thread != 0 {
		first += fmt.Sprintf(" thread %d", b.Thread)
	}
	lines = append(lines, first)
	if b.Condition != "" {
		lines = append(lines, "  condition $bpnum "+b.Condition)
	}
	if b.Ignore > 0 {
		lines = append(lines, fmt.Sprintf("  ignore $bpnum %d", b.Ignore))
	}
	if len(b.Commands) > 0 {
		lines = append(lines, "  commands")
		for _, c := range b.Commands {
			lines = append(lines, "    "+c)
		}
		lines = append(lines, "  end")
	}
	if !b.Enabled {
		lines = append(lines, "disable $bpnum")
	}
	for i, p := range b.Places {
		if p.Off {
			lines = append(lines, fmt.Sprintf("disable $bpnum.%d", i+1))
		}
	}
	return lines
}

// setAgain returns the command that sets a breakpoint, without its condition.
func setAgain(b *session.Breakpoint) string {
	t := ""
	if b.Temporary {
		t = "t"
	}
	names := func(word string) string { return strings.TrimSpace(t + "catch " + word) }
	switch b.Kind {
	case stepper.WatchWrite:
		return "watch " + b.Location
	case stepper.WatchRead:
		return "rwatch " + b.Location
	case stepper.WatchAccess:
		return "awatch " + b.Location
	case stepper.CatchFork:
		return names("fork")
	case stepper.CatchVfork:
		return names("vfork")
	case stepper.CatchExec:
		return names("exec")
	case stepper.CatchSignal:
		return names("signal " + b.Location)
	case stepper.CatchSyscall:
		list := ""
		for _, n := range b.Numbers {
			list += fmt.Sprintf(" %d", n)
		}
		return names("syscall" + list)
	case stepper.BreakHardware:
		return t + "hbreak " + b.Location
	case stepper.BreakSoftware:
		switch {
		case b.Event != nil:
			return names(b.Event.Name + " " + b.Event.Matching)
		case b.Print != "":
			return "dprintf " + b.Location + "," + b.Print
		}
		return t + "break " + b.Location
	}
	return ""
}
