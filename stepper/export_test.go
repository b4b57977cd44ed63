package stepper

import "rseqstep/table"

// PassesInVain is how many passes of the section at start without a commit the Engine has
// counted for a thread since its last commit.
func (e *Engine) PassesInVain(tid int, start table.Addr) int {
	th := e.drive.Thread(tid)
	if th == nil || (*e.progress.History(th))[start] == nil {
		return 0
	}
	return (*e.progress.History(th))[start].Aborts + (*e.progress.History(th))[start].Sides
}

// Unlisten removes the breakpoint at the dynamic linker's hook until the next command.
func (e *Engine) Unlisten() error { return e.linker.unlisten() }

// Quiet reports whether a thread is in a quiet phase.
func (e *Engine) Quiet() bool { return e.units.Quiet.Any() }
