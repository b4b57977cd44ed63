//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
)

// RunningTrap is a system call number that can be trapped in a running process. The zero
// value is none.
type RunningTrap struct{ number uint64 }

// FindRunningTrap checks whether a system call number can be trapped in a process that
// was not launched here. Only the one that the kernel answers with SIGILL can (see
// trapCall); FindRunningTrap tries that in a process of its own. Others would need a
// seccomp filter, which a process can never remove. Error: ErrNotSupported, with the
// reason.
//
// Precondition: the calling goroutine is locked to its OS thread, which traces nothing.
func FindRunningTrap(number uint64) (_ RunningTrap, err error) {
	const refused = "system call %d can be trapped in a program that is launched here, but not in a process that is already running: "
	if number != sysUretprobe {
		return RunningTrap{}, fmt.Errorf(refused+"it needs a seccomp filter, which no process can ever remove (%w)", number, ErrNotSupported)
	}
	p, err := Launch(LaunchOptions{Path: "/proc/self/exe", Args: []string{"never run"}, NewGroup: true})
	if err != nil {
		return RunningTrap{}, err
	}
	defer func() { err = errors.Join(err, p.Kill()) }()
	if _, err := p.Syscall(p.pid, number); !errors.Is(err, errIllegal) {
		return RunningTrap{}, fmt.Errorf(refused+"this kernel does not answer it with SIGILL, as Linux has done since 6.11, and a seccomp filter cannot be removed again (%w)", number, ErrNotSupported)
	}
	return RunningTrap{number}, nil
}

// Trap traps a system call from now on. After a detach the kernel itself answers that
// number again.
func (p *Process) Trap(t RunningTrap) { p.trap = t.number }
