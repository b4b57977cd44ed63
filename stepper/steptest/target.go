package steptest

import (
	"errors"
	"fmt"
	"slices"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Target is a scripted process. The zero value is not usable: see New.
type Target struct {
	// Forbidden are the ranges without breakpoints: sections and signatures.
	Forbidden []stepper.Range
	// Fail contains the errors of future calls, by their name in Log ("remove
	// 0x401000"): each is returned once, in order.
	Fail map[string][]error
	// Log is every call that changes something, in order: "run 1", "hold",
	// "insert 0x401000", "debug 1 0 0x401020".
	Log []string

	t       testing.TB
	arch    *machine.Arch
	alive   bool
	threads []*Thread
	memory  map[table.Addr]byte
	planted map[table.Addr]bool
	all     [4]Debug // debug registers of future threads
	script  []Call
	queue   []tracee.Event // events that no wait wanted when they arrived
	pinned  bool
	dies    bool // with the debugger (ExitKill)
}

var _ tracee.Target = (*Target)(nil)

// Thread is one thread of a Target.
type Thread struct {
	TID   int
	Regs  machine.Regs
	Rseq  tracee.RseqConfig
	Mask  uint64 // blocked signals
	Debug [4]Debug
	Dying bool       // it is gone, and its exit is still unreported
	How   tracee.How // of its last Release
	held  bool
}

// Debug is one debug register.
type Debug struct {
	Kind tracee.DebugKind
	Addr table.Addr
}

// New makes a Target whose threads are all stopped, of the architecture of their registers: amd64
// if they have none. At the test's end the whole
// script must have been used, and nothing may be left planted in a process that
// still exists.
func New(t testing.TB, threads ...*Thread) *Target {
	s := &Target{
		t: t, arch: amd64.Arch(), alive: true, threads: threads, Fail: map[string][]error{},
		memory: map[table.Addr]byte{}, planted: map[table.Addr]bool{},
	}
	for _, th := range threads {
		if a := th.Regs.Arch(); a != nil {
			s.arch = a
		}
	}
	for _, th := range threads {
		th.held = true
		th.Regs.Filled(s.arch)
	}
	t.Cleanup(func() {
		if t.Failed() {
			return
		}
		if len(s.script) > 0 {
			t.Errorf("%q was never called, nor %d calls after it; the log is %q", s.script[0].Name, len(s.script)-1, s.Log)
		}
		if s.pinned && s.alive {
			t.Errorf("affinities are left changed")
		}
	})
	return s
}

// Code writes bytes to memory.
func (s *Target) Code(at table.Addr, code ...byte) {
	for i, b := range code {
		s.memory[at+table.Addr(i)] = b
	}
}

// Thread finds a thread, nil for none.
func (s *Target) Thread(tid int) *Thread {
	for _, th := range s.threads {
		if th.TID == tid {
			return th
		}
	}
	return nil
}

// Planted lists the software breakpoints, sorted.
func (s *Target) Planted() []table.Addr {
	var list []table.Addr
	for a := range s.planted {
		list = append(list, a)
	}
	slices.Sort(list)
	return list
}

// Traps counts the debug registers of a thread that are in use.
func (th *Thread) Traps() int {
	n := 0
	for _, d := range th.Debug {
		if d.Kind != tracee.DebugOff {
			n++
		}
	}
	return n
}

// Logged counts the entries of the log that equal name.
func (s *Target) Logged(name string) int {
	n := 0
	for _, entry := range s.Log {
		if entry == name {
			n++
		}
	}
	return n
}

// note logs a call and returns the error with which it is to fail.
func (s *Target) note(format string, args ...any) error {
	name := fmt.Sprintf(format, args...)
	s.Log = append(s.Log, name)
	if errs := s.Fail[name]; len(errs) > 0 {
		s.Fail[name] = errs[1:]
		return errs[0]
	}
	return nil
}

// changed fails the test if the program is changed and could outlive the debugger.
func (s *Target) changed(what string, tid int) {
	if !s.dies {
		s.t.Errorf("%s of thread %d is changed in a program that may outlive the debugger", what, tid)
	}
}

var errRunning = errors.New("steptest: the thread is running")

// find returns a stopped thread; ESRCH if there is none.
func (s *Target) find(tid int) (*Thread, error) {
	th := s.Thread(tid)
	switch {
	case th == nil || th.Dying || !s.alive:
		return nil, syscall.ESRCH
	case !th.held:
		s.t.Errorf("thread %d is accessed while it runs", tid)
		return nil, errRunning
	}
	return th, nil
}
