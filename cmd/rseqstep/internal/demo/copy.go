package demo

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/stepper"
	"rseqstep/stepper/live"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// launched is one copy of the program, stopped.
type launched struct {
	target  *ptrace.Process
	symbols *symbols.Set
	image   *table.Image
	reader  stepper.ModuleReader
	source  []string
}

// launch starts a copy. Its output goes to out; nil discards it.
func launch(program, source string, out *os.File) (*launched, error) {
	o := ptrace.LaunchOptions{Path: program}
	if out == nil {
		null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		o.Stdout, o.Stdin = null, null
	}
	target, err := ptrace.Launch(o)
	if err != nil {
		return nil, err
	}
	l := &launched{target: target, source: strings.Split(source, "\n"), image: table.NewImage(nil)}
	l.reader = live.Modules(target)
	l.symbols = symbols.New(symbols.Options{Open: live.Image(target)})
	return l, l.reload()
}

func (l *launched) reload() error {
	modules, err := l.reader()
	if err != nil {
		return errors.Join(err, l.target.Kill())
	}
	l.symbols.Reload(modules)
	l.image.Reload(modules)
	return nil
}

// line returns the number and the text of the source line that contains a marker.
func (l *launched) line(marker string) (int, string) {
	for n, text := range l.source {
		if strings.Contains(text, marker) {
			before, _, _ := strings.Cut(text, " /*")
			return n + 1, strings.TrimSpace(before)
		}
	}
	return 0, ""
}

// place returns the address at which a line's code begins.
func (l *launched) place(line int) (table.Addr, error) {
	places, err := l.symbols.Lookup(fmt.Sprintf("demo.c:%d", line), 0)
	if err != nil {
		return 0, err
	}
	low := places[0].Addr
	for _, p := range places {
		low = min(low, p.Addr)
	}
	return low, nil
}

// runTo runs the copy to an address with one breakpoint and nothing else.
func (l *launched) runTo(at table.Addr) error {
	tid := l.target.Threads()[0]
	if err := l.target.Insert(at); err != nil {
		return err
	}
	ev, err := l.target.Go(tid, 0, tracee.Freely, 0)
	if err != nil {
		return err
	}
	if ev.Kind != tracee.EventBreakpoint {
		return fmt.Errorf("the program did not reach %v (event %d)", at, ev.Kind)
	}
	if err := l.target.Remove(at); err != nil {
		return err
	}
	return l.reload()
}

// pc returns the copy's PC.
func (l *launched) pc() (table.Addr, error) {
	var r machine.Regs
	err := l.target.Regs(l.target.Threads()[0], &r)
	return r.PC(), err
}
