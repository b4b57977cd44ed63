package stepper

import (
	"errors"
	"fmt"
	"syscall"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/vdso"
	"rseqstep/table"
)

// code is the code of the program, as its modules have it now.
type code struct {
	modules  ModuleReader
	symbols  Symbols
	sections *rseq.Sections // and the code around them
	vdso     *vdso.Stepper
	linker   linker
}

// forget drops everything about a program that an execve(2) has replaced.
func (c *code) forget() {
	c.linker.hook = 0
	c.sections.Forget()
	c.vdso.Forget()
}

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
	e.steps.Program.Reload()
	for _, m := range modules {
		if m.Path == "[vdso]" {
			e.vdso.Read(m.Low, m.High)
		}
	}
	hook, _ := e.symbols.Address(linkerHook)
	if err := e.linker.moved(hook); err != nil {
		return err
	}
	e.points.Withdraw()
	e.points.Reset()
	e.mind.observed.Loaded()
	return nil
}
