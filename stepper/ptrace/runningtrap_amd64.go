//go:build linux && amd64

package ptrace

import (
	"errors"
	"fmt"
)

// RunningTrap is a system call number that can be trapped in a process which runs
// already. The zero value is none.
type RunningTrap struct{ number uint64 }

// FindRunningTrap looks whether a system call number can be trapped in a process
// that was not launched here. Only the one that the kernel answers with SIGILL
// can (see trapCall); this is tried in a process of our own. For the others it
// would take a seccomp filter, which the process could never be rid of again.
// Error: ErrNotSupported, with the reason.
//
// Precondition: the calling goroutine is locked to its OS thread, which traces nothing.
func FindRunningTrap(number uint64) (_ RunningTrap, err error) {
	const refused = "system call %d can be given to a program that is launched here, and not to a process that runs already: "
	if number != sysUretprobe {
		return RunningTrap{}, fmt.Errorf(refused+"it takes a seccomp filter, which no process can be rid of again (%w)", number, ErrNotSupported)
	}
	p, err := Launch(LaunchOptions{Path: "/proc/self/exe", Args: []string{"never run"}, NewGroup: true})
	if err != nil {
		return RunningTrap{}, err
	}
	defer func() { err = errors.Join(err, p.Kill()) }()
	if _, err := p.Syscall(p.pid, number); !errors.Is(err, errIllegal) {
		return RunningTrap{}, fmt.Errorf(refused+"this kernel does not answer it with SIGILL, as Linux has since 6.11, and a seccomp filter is for ever (%w)", number, ErrNotSupported)
	}
	return RunningTrap{number}, nil
}

// Trap traps a system call from now on. Let go, the process has what this kernel
// makes of that number.
func (p *Process) Trap(t RunningTrap) { p.trap = t.number }
