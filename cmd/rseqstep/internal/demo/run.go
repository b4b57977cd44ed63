package demo

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// Run steps the program, whose source is given, and describes what happens. The
// program's own output goes to the debugger's standard output.
func Run(w io.Writer, st show.Style, program, source string) (err error) {
	l, err := launch(program, source, os.Stdout)
	if err != nil {
		return err
	}
	defer func() {
		if l.target.Alive() {
			err = errors.Join(err, l.target.Kill())
		}
	}()
	e, err := stepper.New(l.target, l.symbols, l.reader, stepper.DefaultPolicy())
	if err != nil {
		return err
	}
	d := &narrator{w: w, st: st, e: e, l: l}
	for _, part := range []struct {
		marker, title string
		plain         func(string, string) (plain, error)
		tell          func(plain) string
	}{
		{"THE LOOP", "A restartable sequence", plainLoop, plain.loop},
		{"THE CLOCK", "A vDSO function", clocks, plain.clock},
	} {
		line, text := l.line(part.marker)
		if err := d.reach(line); err != nil {
			return err
		}
		fmt.Fprintf(w, "\n%s\n%s\n", st.Here(part.title), show.SourceLine(line, text))
		p, err := part.plain(program, source)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "  %s  %s\n", st.Bad("plain single-stepper, on separate copies:"), part.tell(p))
		if err := d.stepOff(line); err != nil {
			return err
		}
	}
	fmt.Fprintf(w, "\n%s\n", st.Here("The end"))
	stop, err := e.Continue(context.Background())
	if err != nil {
		return err
	}
	if stop.Reason != stepper.StopExited {
		return fmt.Errorf("the program did not end: %s", show.Reason(stop.Reason))
	}
	fmt.Fprintf(w, "The program exited with status %d.\n", stop.Status.Code)
	if stop.Status.Code != 0 {
		return fmt.Errorf("the program found an update lost (status %d)", stop.Status.Code)
	}
	return nil
}

type narrator struct {
	w  io.Writer
	st show.Style
	e  *stepper.Engine
	l  *launched
}

// reach runs to a line, unless the program is there already.
func (d *narrator) reach(line int) error {
	if at, ok := d.here(); ok && at == line {
		return nil
	}
	if _, err := d.e.AddBreakpoint(stepper.BreakpointSpec{Location: fmt.Sprintf("demo.c:%d", line), Temporary: true}); err != nil {
		return err
	}
	stop, err := d.e.Continue(context.Background())
	if err != nil {
		return err
	}
	if stop.Reason != stepper.StopBreakpoint {
		return fmt.Errorf("the program did not reach line %d: %s", line, show.Reason(stop.Reason))
	}
	return nil
}

// here returns the line of main that the program is at, or called from.
func (d *narrator) here() (int, bool) {
	frames, err := d.e.Frames(d.e.Thread(), 16)
	if err != nil {
		return 0, false
	}
	for _, f := range frames {
		if f.Function == "main" {
			return f.Line.Line, true
		}
	}
	return 0, false
}

// stepOff steps instruction by instruction until main is on another line, and reports
// the units on the way.
func (d *narrator) stepOff(line int) error {
	steps := 0
	var units []stepper.UnitReport
	for at, ok := d.here(); steps < maxSteps && (!ok || at == line); at, ok = d.here() {
		stop, err := d.e.StepInstruction(context.Background(), 1)
		if err != nil {
			return err
		}
		if stop.Reason != stepper.StopStep {
			return fmt.Errorf("a step ended unexpectedly: %s", show.Reason(stop.Reason))
		}
		units = append(units, stop.Units...)
		steps++
	}
	if steps == maxSteps {
		return fmt.Errorf("line %d was not finished in %d steps", line, steps)
	}
	fmt.Fprintf(d.w, "  %s  finished the line in %d stepi\n", d.st.Func("rseqstep:"), steps)
	for _, text := range show.Units(units, d.name, d.st) {
		fmt.Fprintf(d.w, "    %s\n", text)
	}
	return nil
}

func (d *narrator) name(a table.Addr) string {
	name, off, ok := d.l.symbols.Symbol(a)
	if !ok {
		return ""
	}
	if off == 0 {
		return name
	}
	return fmt.Sprintf("%s+%#x", name, off)
}
