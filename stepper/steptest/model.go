package steptest

import (
	"fmt"
	"slices"
	"syscall"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

func called(verb string, tid, sig int) string {
	if sig != 0 {
		return fmt.Sprintf("%s %d %d", verb, tid, sig)
	}
	return fmt.Sprintf("%s %d", verb, tid)
}

// Arch implements tracee.Target.
func (s *Target) Arch() *machine.Arch { return s.arch }

// PID is the first thread's id.
func (s *Target) PID() int {
	if len(s.threads) == 0 {
		return 0
	}
	return s.threads[0].TID
}

// Executable implements tracee.Target.
func (s *Target) Executable() string { return "scripted" }

// Threads implements tracee.Target.
func (s *Target) Threads() []int {
	var list []int
	for _, th := range s.threads {
		list = append(list, th.TID)
	}
	return list
}

// ThreadName implements tracee.Target: scripted threads have none.
func (s *Target) ThreadName(int) string { return "" }

// Auxv implements tracee.Target: a scripted process has none.
func (s *Target) Auxv() ([]byte, error) { return nil, nil }

// Alive implements tracee.Target.
func (s *Target) Alive() bool { return s.alive }

// ReadMemory hides planted breakpoints: the model's memory does not contain
// them.
func (s *Target) ReadMemory(addr table.Addr, p []byte) (int, error) {
	for i := range p {
		b, ok := s.memory[addr+table.Addr(i)]
		if !ok {
			return i, syscall.EIO
		}
		p[i] = b
	}
	return len(p), nil
}

// WriteMemory implements tracee.Target.
func (s *Target) WriteMemory(addr table.Addr, p []byte) (int, error) {
	s.Code(addr, p...)
	return len(p), nil
}

// Regs implements tracee.Target.
func (s *Target) Regs(tid int, r *machine.Regs) error {
	th, err := s.find(tid)
	if err == nil {
		th.Regs.Filled(s.Arch())
		*r = th.Regs
	}
	return err
}

// SetRegs implements tracee.Target.
func (s *Target) SetRegs(tid int, r *machine.Regs) error {
	th, err := s.find(tid)
	if err == nil {
		th.Regs = *r
	}
	return err
}

// XState is an empty FXSAVE area.
func (s *Target) XState(tid int) ([]byte, error) {
	_, err := s.find(tid)
	return make([]byte, 512), err
}

// SetXState ignores its argument.
func (s *Target) SetXState(tid int, _ []byte) error {
	_, err := s.find(tid)
	return err
}

// Rseq implements tracee.Target.
func (s *Target) Rseq(tid int) (tracee.RseqConfig, error) {
	th, err := s.find(tid)
	if err != nil {
		return tracee.RseqConfig{}, err
	}
	return th.Rseq, nil
}

// Insert fails the test if addr is in a Forbidden range.
func (s *Target) Insert(addr table.Addr) error {
	for _, r := range s.Forbidden {
		if r.Contains(addr) {
			s.t.Errorf("a breakpoint is planted at %v, in [%v, %v)", addr, r.Low, r.High)
		}
	}
	s.changed("the code", 0)
	if err := s.note("insert %v", addr); err != nil {
		return err
	}
	s.planted[addr] = true
	return nil
}

// Remove implements tracee.Target.
func (s *Target) Remove(addr table.Addr) error {
	if err := s.note("remove %v", addr); err != nil {
		return err
	}
	delete(s.planted, addr)
	return nil
}

// Inserted implements tracee.Target.
func (s *Target) Inserted(addr table.Addr) bool { return s.planted[addr] }

// SetDebug implements tracee.Target.
func (s *Target) SetDebug(tid, slot int, kind tracee.DebugKind, addr table.Addr, _ int) error {
	s.changed("debug register", tid)
	if err := s.note("debug %d %d %v", tid, slot, addr); err != nil {
		return err
	}
	d := Debug{Kind: kind, Addr: addr}
	if tid == 0 {
		s.all[slot] = d
		for _, th := range s.threads {
			th.Debug[slot] = d
		}
		return nil
	}
	th, err := s.find(tid)
	if err == nil {
		th.Debug[slot] = d
	}
	return err
}

// Release is logged as "resume", however the thread is let go.
func (s *Target) Release(tid, sig int, how tracee.How) error {
	if th := s.Thread(tid); th != nil {
		th.How = how
	}
	return s.letGo("resume", tid, sig)
}

func (s *Target) letGo(verb string, tid, sig int) error {
	th, err := s.find(tid)
	if err != nil {
		return err
	}
	th.held = false
	return s.note("%s", called(verb, tid, sig))
}

// Hold stops every thread where it is; if it fails, running threads continue.
func (s *Target) Hold() error {
	if err := s.note("hold"); err != nil {
		return err
	}
	for _, th := range s.threads {
		th.held = true
	}
	return nil
}

// Queued reports whether an event of the thread is queued that no wait wanted
// when it arrived.
func (s *Target) Queued(tid int) bool {
	return slices.ContainsFunc(s.queue, func(ev tracee.Event) bool { return ev.TID == tid })
}

// Held implements tracee.Target.
func (s *Target) Held(tid int) bool {
	th := s.Thread(tid)
	return th != nil && th.held
}

// Interrupt does nothing: a script itself contains the interrupts.
func (s *Target) Interrupt() {}

// Syscall does nothing and succeeds.
func (s *Target) Syscall(tid int, nr uint64, _ ...uint64) (int64, error) {
	if _, err := s.find(tid); err != nil {
		return 0, err
	}
	for _, th := range s.threads {
		if !th.held {
			s.t.Errorf("a system call is injected into thread %d while thread %d runs", tid, th.TID)
		}
	}
	return 0, s.note("syscall %d %d", tid, nr)
}

// StepAside does nothing: the model's rseq areas are always up to date.
func (s *Target) StepAside(tid int) error {
	if _, err := s.find(tid); err != nil {
		return err
	}
	for _, th := range s.threads {
		if !th.held {
			s.t.Errorf("thread %d steps aside while thread %d runs", tid, th.TID)
		}
	}
	return s.note("stepaside %d", tid)
}

// SignalMask implements tracee.Target.
func (s *Target) SignalMask(tid int) (uint64, error) {
	th, err := s.find(tid)
	if err != nil {
		return 0, err
	}
	return th.Mask, nil
}

// SetSignalMask implements tracee.Target.
func (s *Target) SetSignalMask(tid int, blocked uint64) error {
	s.changed("the signal mask", tid)
	th, err := s.find(tid)
	if err == nil {
		th.Mask = blocked
	}
	return err
}

// Pin implements tracee.Target.
func (s *Target) Pin(tid int) error {
	s.changed("the affinity", tid)
	_, err := s.find(tid)
	s.pinned = err == nil
	return err
}

// Unpin implements tracee.Target.
func (s *Target) Unpin() error {
	s.pinned = false
	return nil
}

// ExitKill implements tracee.Target.
func (s *Target) ExitKill(on bool) { s.dies = on }

// Siginfo is all zero.
func (s *Target) Siginfo(tid int) ([]byte, error) {
	_, err := s.find(tid)
	return make([]byte, 128), err
}

// DetachChild implements tracee.Target.
func (s *Target) DetachChild(child int) error { return s.note("detachchild %d", child) }

// Follow makes the child the process's only thread.
func (s *Target) Follow(child int) error {
	s.threads = []*Thread{{TID: child, held: true}}
	return s.note("follow %d", child)
}

// DropSignal implements tracee.Target.
func (s *Target) DropSignal(tid int) error { return s.note("dropsignal %d", tid) }

// Detach implements tracee.Target. If it fails, the process stays stopped.
func (s *Target) Detach() error {
	if err := s.note("detach"); err != nil {
		return err
	}
	s.alive = false
	return nil
}

// Kill implements tracee.Target.
func (s *Target) Kill() error {
	s.alive = false
	return s.note("kill")
}
