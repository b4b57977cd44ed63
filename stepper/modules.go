package stepper

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/ledger"
	"rseqstep/table"
)

// linkerHook is the function that the dynamic linker calls when the list of libraries has
// changed (glibc and musl; see link.h's r_brk).
const linkerHook = "_dl_debug_state"

// reload reads the process's modules again and inserts pending breakpoints. It fails with ESRCH
// if the process was killed.
func (e *Engine) reload() error {
	modules, err := e.modules()
	if errors.Is(err, table.ErrNoMemory) {
		return fmt.Errorf("%w: %w", syscall.ESRCH, err) // killed since
	}
	if err != nil {
		return err
	}
	mapped := e.points.InModules()
	e.sections.Reload(modules)
	e.progress.Reloaded()
	e.points.DropUnmapped(mapped)
	e.symbols.Reload(modules)
	e.steps.Reload()
	for _, m := range modules {
		if m.Path == "[vdso]" {
			e.vdso.Read(m.Low, m.High)
		}
	}
	hook, _ := e.symbols.Address(linkerHook)
	listening := e.listening
	if hook != e.hook {
		if err := e.unlisten(); err != nil {
			return err
		}
		e.hook = hook
	}
	if listening {
		e.listen()
	}
	e.points.Withdraw()
	e.points.Reset()
	e.observed.Loaded()
	return nil
}

// listen inserts the trap at the dynamic linker's hook. It stays from the first command on that
// must learn of libraries immediately. A program that the debugger has only attached to, or
// that runs with nothing else set, does not have it: such a program contains nothing of the
// debugger and survives its death.
func (e *Engine) listen() {
	e.listening = true
	if e.hook != 0 {
		_ = e.book.Plant(e.hook, ledger.Owner{Why: ledger.Linker}) // each command tries again
	}
}

// unlisten removes that trap.
func (e *Engine) unlisten() error {
	e.listening = false
	return e.book.Unplant(e.hook, ledger.Owner{Why: ledger.Linker})
}

// forget drops everything about a program that an execve(2) has replaced.
func (e *Engine) forget() {
	e.hook = 0
	e.sections.Forget()
	e.vdso.Forget()
	e.called.Forget()
	e.report.Forget()
	e.units.Quiet.Forget()
}
