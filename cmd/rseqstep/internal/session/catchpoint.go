package session

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper"
	"rseqstep/table"
)

// Catches reports whether it waits for an event.
func (b *Breakpoint) Catches() bool { return b.Kind.Catches() }

// event describes what a catchpoint waits for, as gdb prints it when it is set.
func (b *Breakpoint) event() string {
	switch b.Kind {
	case stepper.CatchFork:
		return "fork"
	case stepper.CatchVfork:
		return "vfork"
	case stepper.CatchExec:
		return "exec"
	case stepper.CatchSignal:
		switch {
		case b.Location == "":
			return "standard signals"
		case b.Location == "all":
			return "any signal"
		case len(b.Numbers) == 1:
			return "signal " + b.Location
		}
		return "signals " + b.Location
	case stepper.CatchSyscall:
		if len(b.Numbers) == 0 {
			return "any syscall"
		}
		word := "syscall"
		if len(b.Numbers) > 1 {
			word = "syscalls"
		}
		for _, n := range b.Numbers {
			if name := show.SyscallName(n); name == fmt.Sprint(n) {
				word += " " + name
			} else {
				word += fmt.Sprintf(" '%s' [%d]", name, n)
			}
		}
		return word
	}
	return ""
}

// hit returns what a stop at a process address shows of the breakpoint.
func (b *Breakpoint) hit(pc table.Addr) show.Hit {
	h := show.Hit{Number: b.Number, Temporary: b.Temporary, Watch: b.Watch()}
	if len(b.Places) > 1 && b.Event == nil {
		h.Place = 1 + slices.IndexFunc(b.Places, func(p stepper.Place) bool { return p.Addr == pc && !p.Off })
	}
	if b.Event != nil {
		h.Event, h.Libraries = b.Event.thrown, b.Event.met
		h.Caught = true
	}
	return h
}

// What returns the last column of `info breakpoints` for a catchpoint.
func (b *Breakpoint) What() string {
	plural := func(word string) string {
		if len(b.Numbers) > 1 {
			return word + "s"
		}
		return word
	}
	if b.Event != nil {
		return b.Event.Listed()
	}
	switch b.Kind {
	case stepper.CatchFork, stepper.CatchVfork:
		if b.caught != "" {
			return fmt.Sprintf("%s, process %s ", b.event(), b.caught)
		}
	case stepper.CatchExec:
		if b.caught != "" {
			return fmt.Sprintf("exec, program %q ", b.caught)
		}
	case stepper.CatchSignal:
		switch b.Location {
		case "":
			return `signal "<standard signals>" `
		case "all":
			return `signal "<any signal>" `
		}
		return fmt.Sprintf("%s %q ", plural("signal"), b.Location)
	case stepper.CatchSyscall:
		if len(b.Numbers) == 0 {
			return `syscall "<any syscall>" `
		}
		var names []string
		for _, n := range b.Numbers {
			names = append(names, show.SyscallName(n))
		}
		return fmt.Sprintf("%s %q ", plural("syscall"), strings.Join(names, ", "))
	}
	return b.event()
}

// remembers stores what a catchpoint has caught, for `info breakpoints`.
func (b *Breakpoint) remembers(stop *stepper.Stop, executable string) {
	switch b.Kind {
	case stepper.CatchFork, stepper.CatchVfork:
		b.caught = fmt.Sprint(stop.Child)
	case stepper.CatchExec:
		b.caught = executable
	}
}
