package demo

import (
	"errors"
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Limits of the plain single-stepper, which would otherwise continue for ever.
const (
	maxAborts = 50
	maxSteps  = 20000
)

// plain is what happened under a plain single-stepper.
type plain struct {
	steps   int
	tries   int // how often it reached the sequence's first instruction
	aborts  int
	commits int
	left    bool // it got past the line, or returned from the function
	rounds  int  // vDSO: how often the most frequent instruction was repeated
}

// plainLoop single-steps a copy from the loop on.
func plainLoop(program, source string) (p plain, err error) {
	l, err := launch(program, source, nil)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, l.target.Kill()) }()
	line, _ := l.line("THE LOOP")
	next, _ := l.line("THE CLOCK")
	from, err := l.place(line)
	if err != nil {
		return p, err
	}
	until, err := l.place(next)
	if err != nil {
		return p, err
	}
	if err := l.runTo(from); err != nil {
		return p, err
	}
	var section *table.Placed
	for _, s := range l.image.Sections() {
		if f, ok := l.symbols.Function(s.Start); ok && (f.Name == "main" || f.Name == "add") {
			section = s
		}
	}
	if section == nil {
		return p, fmt.Errorf("no restartable sequence found in %s", program)
	}
	inAbort := func(pc table.Addr) bool { return pc-section.Abort < machine.MaxLen }
	was := from
	for p.steps < maxSteps && p.aborts < maxAborts && !p.left {
		pc, err := l.step()
		if err != nil {
			return p, err
		}
		p.steps++
		switch {
		case pc == section.Start:
			p.tries++
		case pc == section.End:
			p.commits++
		case inAbort(pc) && !inAbort(was):
			p.aborts++
		case pc == until:
			p.left = true
		}
		was = pc
	}
	return p, nil
}

// plainClock single-steps a copy through clock_gettime.
func plainClock(program, source string) (p plain, err error) {
	l, err := launch(program, source, nil)
	if err != nil {
		return p, err
	}
	defer func() { err = errors.Join(err, l.target.Kill()) }()
	line, _ := l.line("THE CLOCK")
	from, err := l.place(line)
	if err != nil {
		return p, err
	}
	if err := l.runTo(from); err != nil {
		return p, err
	}
	met := map[table.Addr]int{}
	inside := false
	for tries := 0; tries < 2*maxSteps && p.steps < maxSteps && !p.left; tries++ {
		pc, err := l.step()
		if err != nil {
			return p, err
		}
		m := l.image.ModuleAt(pc)
		vdso := m != nil && m.Path == "[vdso]"
		switch {
		case vdso:
			inside = true
			p.steps++
			met[pc]++
			p.rounds = max(p.rounds, met[pc]-1)
		case inside:
			p.left = true
		}
	}
	if !inside {
		return p, errors.New("clock_gettime does not use the vDSO on this machine")
	}
	return p, nil
}

// step makes one plain single step.
func (l *launched) step() (table.Addr, error) {
	ev, err := l.target.Go(l.target.Threads()[0], 0, tracee.Single, 0)
	if err != nil {
		return 0, err
	}
	if ev.Kind != tracee.EventStep {
		return 0, fmt.Errorf("a single step ended with event %d", ev.Kind)
	}
	return l.pc()
}

// loop describes the result in a sentence.
func (p plain) loop() string {
	end := "gave up: this would continue for ever"
	if p.left {
		end = "then it got through"
	}
	return fmt.Sprintf("%d tries, %d aborts, %d commits in %d steps; %s", p.tries, p.aborts, p.commits, p.steps, end)
}

// clocks runs plainClock on several copies and adds up the results.
func clocks(program, source string) (p plain, err error) {
	p.left = true
	for p.tries < clockCopies {
		one, err := plainClock(program, source)
		if err != nil {
			return p, err
		}
		p.tries++
		p.steps += one.steps
		p.rounds = max(p.rounds, one.rounds)
		if one.rounds > 0 {
			p.aborts++
		}
		if !one.left {
			p.left = false
			break // the others would take just as long
		}
	}
	return p, nil
}

// clockCopies is how many calls are single-stepped. A call returns if it is stepped
// fast enough to fit between two ticks of the clock.
const clockCopies = 10

func (p plain) clock() string {
	end := "every call returned in the end, by luck: the clock page did not change during one round"
	if !p.left {
		end = "the last call was still inside when the demo gave up"
	}
	return fmt.Sprintf("%d calls, %d steps inside the vDSO; in %d of them its loop repeated, up to %d times; %s", p.tries, p.steps, p.aborts, p.rounds, end)
}
