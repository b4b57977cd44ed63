package commands

import (
	"debug/dwarf"
	"fmt"
	"text/tabwriter"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/table"
)

func (d *desk) infoSource(string) error {
	l, err := d.DefaultLine()
	if err != nil {
		d.printf("No current source file.\n")
		return nil
	}
	d.printf("Current source file is %s\n", show.Path(l.File))
	u := d.UnitOfFile(l.File)
	if u != nil {
		if dir, _ := u.Entry.Val(dwarf.AttrCompDir).(string); dir != "" {
			d.printf("Compilation directory is %s\n", dir)
		}
	}
	if lines := d.SourceLines(l.File); lines != nil {
		d.printf("Located in %s\nContains %d line%s.\n", l.File, len(lines), map[bool]string{true: "", false: "s"}[len(lines) == 1])
	} else {
		d.printf("It cannot be read; \"directory DIR\" adds a directory to search for it.\n")
	}
	if u != nil {
		macros := "Does not include"
		if d.HasMacros(u) {
			macros = "Includes"
		}
		d.printf("Source language is %s.\nProducer is %s.\nCompiled with DWARF %d debugging format.\n%s preprocessor macro info.\n", u.LanguageName(), u.Producer, u.Version, macros)
	}
	return nil
}

func (d *desk) infoSignals(args string) error {
	var sigs []int
	if args != "" {
		n, err := show.SignalNumber(args)
		if err != nil {
			return err
		}
		sigs = []int{n}
	} else {
		for n := 1; n <= show.Signals; n++ {
			sigs = append(sigs, n)
		}
	}
	d.showSignals(sigs)
	return nil
}

func (d *desk) infoShared(string) error {
	e, err := d.Engine()
	if err != nil {
		d.printf("No shared libraries loaded at this time.\n")
		return nil
	}
	if d.JSON != nil {
		list := []show.JSONLibrary{}
		for _, m := range e.Image().Modules() {
			list = append(list, show.JSONLibrary{From: m.Low.String(), To: m.High.String(), Sections: declared(m), File: m.Path})
		}
		_, err := d.asJSON("sharedlibrary", show.Fields{"libraries": list})
		return err
	}
	tw := tabwriter.NewWriter(d.Out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(tw, "From\tTo\tSections\tShared Object Library")
	for _, m := range e.Image().Modules() {
		fmt.Fprintf(tw, "%s\t%s\t%d\t%s\n", show.Address(m.Low), show.Address(m.High), declared(m), m.Path)
	}
	return tw.Flush()
}

// declared is the number of sections that a module's file declares.
func declared(m *table.Module) int {
	if m.File == nil {
		return 0
	}
	return len(m.File.Sections)
}

func (d *desk) infoProgram(string) error {
	if d.Program == "" {
		d.printf("No program is named.\n")
	} else {
		d.printf("Program: %s\n", d.Program)
	}
	if core := d.Core(); core != nil {
		d.coreProgram(core)
		return nil
	}
	if !d.Live() {
		d.printf("The program being debugged is not being run.\n")
		return nil
	}
	how := "started by rseqstep"
	if d.Attached() {
		how = "attached"
	}
	d.printf("Process %d, %s.\n", d.PID(), how)
	return nil
}

func (d *desk) infoProc(string) error {
	if core := d.Core(); core != nil {
		d.coreProc(core)
		return nil
	}
	if !d.Live() {
		return prompt.Message("No current process: start the program, or attach to one.")
	}
	d.printf("process %d\n", d.PID())
	for _, name := range []string{"cmdline", "cwd", "exe"} {
		_ = d.procFile(name) // what cannot be read is shown as empty
	}
	return nil
}

func (d *desk) infoDisplay(string) error {
	if len(d.Displays()) == 0 {
		d.printf("There are no auto-display expressions now.\n")
		return nil
	}
	d.printf("Auto-display expressions now in effect:\nNum Enb Expression\n")
	for _, x := range d.Displays() {
		format := ""
		if x.Format != "" {
			format = "/" + x.Format + " "
		}
		note := ""
		if !d.Means(x) {
			note = " (cannot be evaluated in the current context)"
		}
		d.printf("%d:   %s  %s%s%s\n", x.Number, map[bool]string{true: "y", false: "n"}[x.Enabled], format, x.Expr, note)
	}
	return nil
}
