//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Launch starts a program and stops it at its first instruction (the dynamic
// linker's, or its own). It locks the calling goroutine to its OS thread, which
// becomes the tracer; if that thread ends, the kernel kills the program.
//
// PTRACE_TRACEME makes a parent trace its child from the exec on, but only
// PTRACE_SEIZE gives group-stops and PTRACE_INTERRUPT. So Launch detaches the
// child into a stop at its first instruction, seizes it there, and continues it
// with both signals swallowed.
func Launch(o LaunchOptions) (_ *Process, err error) {
	path, err := filepath.Abs(o.Path)
	if err != nil {
		return nil, &Error{Op: "launch " + o.Path, Err: err}
	}
	if err := checkProgram(path); err != nil {
		return nil, err
	}
	runtime.LockOSThread()
	defer func() {
		if err != nil {
			runtime.UnlockOSThread()
		}
	}()
	pid, notes, err := start(path, o)
	if err != nil {
		return nil, err
	}
	p := newProcess(pid, path)
	p.launched, p.notes = true, notes
	if o.NewGroup && o.Terminal != nil {
		p.terminal.owner = unix.Getpgrp()
	}
	if err := p.takeOver(o.Trap); err != nil {
		_ = unix.Kill(pid, unix.SIGKILL)
		_, _ = p.collect(pid, 0)
		p.close()
		return nil, err
	}
	if st, err := os.Stat(path); err == nil && st.Mode()&(os.ModeSetuid|os.ModeSetgid) != 0 && unix.Geteuid() != 0 {
		p.notes = append(p.notes, "the program is set-user-ID or set-group-ID: traced, it runs without those privileges")
	}
	return p, nil
}

// start forks and execs the program under PTRACE_TRACEME.
func start(path string, o LaunchOptions) (pid int, notes []string, err error) {
	argv := o.Args
	if len(argv) == 0 {
		argv = []string{o.Path}
	}
	env := o.Env
	if env == nil {
		env = os.Environ()
	}
	attr := &syscall.ProcAttr{Dir: o.Dir, Env: env, Sys: &syscall.SysProcAttr{Ptrace: true, Setpgid: o.NewGroup && !o.Session, Setsid: o.Session}}
	for i, f := range []*os.File{o.Stdin, o.Stdout, o.Stderr} {
		fd := uintptr(i)
		if f != nil {
			fd = f.Fd()
		}
		attr.Files = append(attr.Files, fd)
	}
	if o.Session {
		attr.Sys.Setctty, err = freeTerminal(o.Stdin) // of descriptor 0
		if err != nil {
			return 0, nil, &Error{Op: "launch " + path, Err: err}
		}
	} else if o.NewGroup && o.Terminal != nil {
		attr.Sys.Foreground = true
		attr.Sys.Ctty = int(o.Terminal.Fd())
	}
	if !o.ASLR {
		restore, err := noRandomization()
		if err != nil {
			notes = append(notes, fmt.Sprintf("address space randomization could not be switched off (%v): addresses differ from run to run", err))
		} else {
			defer restore()
		}
	}
	pid, err = syscall.ForkExec(path, argv, attr)
	runtime.KeepAlive(o)
	if err != nil {
		return 0, nil, &Error{Op: "launch " + path, Err: launchError(err)}
	}
	return pid, notes, nil
}

// noRandomization disables ASLR for what this OS thread forks. See personality(2).
func noRandomization() (restore func(), err error) {
	const (
		query       = 0xffffffff
		noRandomize = 0x0040000 // ADDR_NO_RANDOMIZE, include/uapi/linux/personality.h
	)
	old, _, e := syscall.RawSyscall(unix.SYS_PERSONALITY, query, 0, 0)
	if e != 0 {
		return nil, e
	}
	if _, _, e := syscall.RawSyscall(unix.SYS_PERSONALITY, old|noRandomize, 0, 0); e != 0 {
		return nil, e
	}
	return func() { syscall.RawSyscall(unix.SYS_PERSONALITY, old, 0, 0) }, nil
}

// takeOver turns a child that stopped at its exec under PTRACE_TRACEME into a
// seized one stopped at the same place.
func (p *Process) takeOver(trap uint64) error {
	options := uintptr(optExitKill | optTraceSysGood | optEvents)
	if trap != 0 {
		options |= optSeccomp
	}
	if err := p.expect(unix.SIGTRAP, 0, "exec"); err != nil {
		return err
	}
	if e := ptraceCall(reqDetach, p.pid, 0, uintptr(unix.SIGSTOP)); e != 0 {
		return &Error{Op: "hand over", TID: p.pid, Err: e}
	}
	if e := ptraceCall(reqSeize, p.pid, 0, options); e != 0 {
		return &Error{Op: "seize", TID: p.pid, Err: denied(e, p.pid)}
	}
	if err := p.expect(unix.SIGSTOP, eventStop, "seize"); err != nil {
		return err
	}
	if err := unix.Kill(p.pid, unix.SIGCONT); err != nil {
		return &Error{Op: "continue", TID: p.pid, Err: err}
	}
	// The end of the group-stop may be reported before the SIGCONT.
	for {
		if e := ptraceCall(reqCont, p.pid, 0, 0); e != 0 {
			return &Error{Op: "continue", TID: p.pid, Err: e}
		}
		if _, err := p.collectFirm(p.pid); err != nil {
			return err
		}
		ws := unix.WaitStatus(p.status)
		if ws.Stopped() && p.status>>16 == 0 && ws.StopSignal() == unix.SIGCONT {
			break
		}
		if !ws.Stopped() || p.status>>16 != eventStop {
			return &Error{Op: "continue", TID: p.pid, Err: unexpected(p.status)}
		}
	}
	t := p.add(p.pid, p.pid)
	t.stop = stopTrap
	if err := errors.Join(p.atFirst(t), p.openMemory()); err != nil {
		return err
	}
	if err := p.kicker.start(); err != nil || trap == 0 {
		return err
	}
	return p.trapCall(trap)
}

// expect waits for one particular stop of the leader.
func (p *Process) expect(sig unix.Signal, event uint32, op string) error {
	if _, err := p.collectFirm(p.pid); err != nil {
		return err
	}
	ws := unix.WaitStatus(p.status)
	if !ws.Stopped() || ws.StopSignal() != sig || p.status>>16 != event {
		return &Error{Op: op, TID: p.pid, Err: unexpected(p.status)}
	}
	return nil
}

// collectFirm is collect that ignores kicks.
func (p *Process) collectFirm(tid int) (int, error) {
	for {
		got, err := p.collect(tid, 0)
		if err != nil || got != kicked {
			return got, err
		}
	}
}

// unexpected describes an unexpected wait status: another process has stopped
// or killed the program just after its start.
func unexpected(status uint32) error {
	ws := unix.WaitStatus(status)
	switch {
	case ws.Exited():
		return fmt.Errorf("%w: it exited with status %d", unix.ESRCH, ws.ExitStatus())
	case ws.Signaled():
		return fmt.Errorf("%w: it was killed by %v", unix.ESRCH, ws.Signal())
	}
	return fmt.Errorf("%w: wait status %#x", ErrState, status)
}

// launchError explains the errno of a failed fork, PTRACE_TRACEME or exec.
func launchError(err error) error {
	switch {
	case errors.Is(err, unix.ENOEXEC):
		return fmt.Errorf("%w: not an ELF file that this kernel runs", err)
	case errors.Is(err, unix.ENOENT):
		return fmt.Errorf("%w: the program's interpreter (its dynamic linker) or the working directory is not there", err)
	case errors.Is(err, unix.EPERM):
		return denied(unix.EPERM, 0)
	}
	return err
}
