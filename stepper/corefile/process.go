package corefile

import (
	"errors"
	"fmt"
	"os"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Process is the process of a core file, with its mapped files: a tracee.State.
// It is not safe for concurrent use.
type Process struct {
	*Core
	path     string // of the core file
	file     *os.File
	program  string // the program's file as found on this machine; "" unknown
	given    bool   // the user named program
	opened   map[string]*mapped
	modules  []*table.Module
	warnings []string
	symbol   func(name string) (table.Addr, bool) // nil: no symbols are known
}

var _ tracee.State = (*Process)(nil)

// Open opens a core file. program is the program's file; "" for the one named in the
// core. Errors: those of Parse, prefixed with the path.
func Open(path, program string) (*Process, error) {
	fi, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, underlying(err))
	case !fi.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", path, because(ErrNotCore, "not a regular file"))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, underlying(err))
	}
	c, err := Parse(f, fi.Size())
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	p := &Process{Core: c, path: path, file: f, opened: map[string]*mapped{}}
	if want, have, missing := c.Missing(); missing {
		p.warn("core file truncated: it should have %d bytes and has %d; memory is missing", want, have)
	}
	p.findProgram(program)
	p.readModules()
	return p, nil
}

// Close closes the files.
func (p *Process) Close() error {
	errs := []error{p.file.Close()}
	for _, m := range p.opened {
		errs = append(errs, m.close())
	}
	return errors.Join(errs...)
}

func (p *Process) warn(format string, args ...any) {
	p.warnings = append(p.warnings, fmt.Sprintf(format, args...))
}

// Warnings are sentences about what is missing from the core file or a mapped file.
func (p *Process) Warnings() []string { return p.warnings }

// Path is that of the core file.
func (p *Process) Path() string { return p.path }

// Arch is the program's architecture.
func (p *Process) Arch() *machine.Arch { return p.arch }

// PID is the id that the process had: another process may have it now.
func (p *Process) PID() int { return p.info.PID }

// Executable is the path of the program's file, "" if unknown.
func (p *Process) Executable() string { return p.program }

// Threads are the threads' ids in the core's own order.
func (p *Process) Threads() []int {
	var list []int
	for _, th := range p.threads {
		list = append(list, th.TID)
	}
	return list
}

// ThreadName is the program's name: a core has no thread names.
func (p *Process) ThreadName(int) string { return p.info.Name }

// Auxv implements tracee.State: NT_AUXV.
func (p *Process) Auxv() ([]byte, error) {
	if p.auxv == nil {
		return nil, errors.New("the core file has no auxiliary vector (NT_AUXV)")
	}
	return p.auxv, nil
}

func (p *Process) find(tid int) (*Thread, error) {
	if th := p.byTID[tid]; th != nil {
		return th, nil
	}
	return nil, fmt.Errorf("no thread %d in the core file: %w", tid, syscall.ESRCH)
}

// Regs implements tracee.State.
func (p *Process) Regs(tid int, r *machine.Regs) error {
	th, err := p.find(tid)
	if err == nil {
		*r = th.Regs
	}
	return err
}

// SignalMask implements tracee.State.
func (p *Process) SignalMask(tid int) (uint64, error) {
	th, err := p.find(tid)
	if err != nil {
		return 0, err
	}
	return th.Blocked, nil
}

// XState implements tracee.State.
func (p *Process) XState(tid int) ([]byte, error) {
	th, err := p.find(tid)
	if err != nil {
		return nil, err
	}
	return p.vectorArea(th)
}

// siginfoSize is the size of siginfo_t (include/uapi/asm-generic/siginfo.h), bytes.
const siginfoSize = 128

// Siginfo implements tracee.State. A kernel's core has only that of the thread that got
// the signal, gdb's generate-core-file writes each thread's.
func (p *Process) Siginfo(tid int) ([]byte, error) {
	th, err := p.find(tid)
	if err != nil {
		return nil, err
	}
	if th.siginfo.size < siginfoSize {
		return nil, fmt.Errorf("the core file has no siginfo_t of thread %d", tid)
	}
	return p.in.bytes(th.siginfo.offset, siginfoSize, "NT_SIGINFO")
}
