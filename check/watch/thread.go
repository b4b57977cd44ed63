package watch

import (
	"errors"
	"syscall"
	"time"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// thread is what a Watch knows about one thread.
type thread struct {
	tid     int
	config  tracee.RseqConfig // as last read from the kernel
	reg     *Registration
	slots   map[int]field // its debug registers
	budget  int           // reports that tell nothing new, until its debug registers are freed
	tired   bool          // they were
	call    *Call         // its last successful rseq(2)
	armed   table.Addr    // rseq_cs, when the libraries were last looked at
	lost    bool          // its area cannot be read
	looks   int           // since its registration has changed
	looked  time.Time     // when last
	calling bool          // it is in a call of syscall(3) that is watched
	called  int           // how often it has called syscall(3)
	round   int           // the round in which its fourth debug register was set
	left    int           // turns of that register in this round
	turns   int           // all of them
	pointed int           // stores to rseq_cs in this turn
	foreign int           // stores to another thread's area in this turn
	slices  int           // stores to slice_ctrl
	agreed  bool          // the fields of its area that are alike were so when last looked at
	wrote   bool          // it has written the kernel's fields
	suspect int           // for so many rounds: somebody else has
	former  bool          // its registration is that of the program before the execve(2)
}

// field is what one debug register of a thread watches: some of the kernel's bytes in an area, or
// an instruction.
type field struct {
	at     table.Addr
	length int
	kind   kind
	owner  int // others: the thread whose area it is
}

// kind is what a debug register is for.
type kind int

const (
	written kind = iota // a store to the kernel's bytes
	arms                // an arming store, in a thread without a registration
	calls               // the instruction of syscall(3) that enters the kernel
	points              // a store to rseq_cs
	others              // a store to another thread's area
)

// fieldNames are the fields that only the kernel may write. See struct rseq in
// include/uapi/linux/rseq.h.
func fieldNames() []struct {
	name   string
	offset table.Addr
} {
	return []struct {
		name   string
		offset table.Addr
	}{{"cpu_id_start", 0}, {"cpu_id", 4}, {"node_id", 20}, {"mm_cid", 24}}
}

// newIDs is the feature size of kernels that write node_id and mm_cid, since Linux 6.3. On older
// ones the program may keep its own data there.
const newIDs = 28

func (w *Watch) thread(tid int) *thread {
	th := w.threads[tid]
	if th == nil {
		th = &thread{tid: tid, slots: map[int]field{}, budget: w.limits.Thread, round: -1}
		w.threads[tid] = th
		w.seen.Threads++
	}
	return th
}

// Runs is stepper.Observer.Runs.
func (w *Watch) Runs(tid int) error {
	th := w.thread(tid)
	if th.former {
		th.former = false
		return nil
	}
	if !th.looksNow() {
		return nil
	}
	if err := w.look(th); err != nil {
		return err
	}
	if th.looks == 1 && !th.config.Registered() {
		if err := w.expect(th); err != nil {
			return err
		}
	}
	if err := w.turn(th); err != nil || th.config.Registered() {
		return err
	}
	return w.watchArmings(th)
}

// Bounds of how often a thread's registration is read: a thread under a fast interval timer stops
// for each signal, and gets on only if a stop costs less than the time between two of them.
const (
	alwaysLooks = 32
	lookPause   = 5 * time.Millisecond
)

// looksNow reports whether to look at a thread that is about to run.
func (th *thread) looksNow() bool {
	if th.looks++; th.looks <= alwaysLooks {
		return true
	}
	now := time.Now()
	if now.Sub(th.looked) < lookPause {
		return false
	}
	th.looked = now
	return true
}

// look reads a held thread's registration, and watches the fields of a new one.
func (w *Watch) look(th *thread) error {
	c, err := w.o.Registration(th.tid)
	switch {
	case errors.Is(err, tracee.ErrNoRseq):
		w.seen.Blind = true
		return nil
	case err != nil:
		return err
	}
	if c != th.config {
		if err := w.registered(th, c); err != nil {
			return err
		}
	}
	if c.Registered() {
		w.lookAtArea(th)
	}
	return nil
}

// registered notes that a thread's registration has changed.
func (w *Watch) registered(th *thread, c tracee.RseqConfig) error {
	if err := w.unwatch(th); err != nil {
		return err
	}
	if th.reg != nil {
		th.reg.Over = true
	}
	th.config, th.reg, th.lost, th.looks, th.agreed, th.round = c, nil, false, 0, false, -1
	if !c.Registered() {
		return nil
	}
	th.reg = &Registration{TID: th.tid, Config: c, Early: !w.lasting, Program: w.seen.Processes}
	if th.call != nil && th.call.Result == 0 {
		th.reg.By = th.call
	}
	if r, err := w.engine.Regs(th.tid); err == nil {
		caller := ""
		if th.reg.By != nil {
			caller = th.reg.By.Where.Module
		}
		if th.reg.Glibc = w.glibcs(c.Area, r.ThreadPointer(), caller); th.reg.Glibc {
			w.glibc = glibc{offset: c.Area - r.ThreadPointer(), known: true}
		}
	}
	w.seen.Registrations = append(w.seen.Registrations, th.reg)
	w.restart()
	return w.watchArea(th, c.Area)
}

// glibc is where the C library has its areas, once a thread has one.
type glibc struct {
	offset table.Addr // from the thread pointer; it may be negative
	known  bool
}

// expect watches the area that the C library is about to register for a new thread. The trap at that call is
// out of the program once it has been seen often enough.
func (w *Watch) expect(th *thread) error {
	if !w.glibc.known || len(th.slots) > 0 {
		return nil
	}
	r, err := w.engine.Regs(th.tid)
	if err != nil || r.ThreadPointer() == 0 { // 0: it has no area yet
		return err
	}
	return w.watchArea(th, r.ThreadPointer()+w.glibc.offset)
}

// watchArea sets debug registers of a held thread to the kernel's fields of an area.
func (w *Watch) watchArea(th *thread, area table.Addr) error {
	if th.tired {
		return nil
	}
	fields := []field{{at: area, length: 8}}
	if w.seen.FeatureSize >= newIDs {
		fields = append(fields, field{at: area + 20, length: 4}, th.idField(area))
	}
	for _, f := range fields {
		if err := w.set(th, f); err != nil {
			return err
		}
	}
	return nil
}

// unwatch frees the debug registers of a held thread.
func (w *Watch) unwatch(th *thread) error {
	for slot := range th.slots {
		if err := w.o.Unwatch(th.tid, slot); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
		delete(th.slots, slot)
	}
	return nil
}

// lookAtArea notes an area that is gone, and a section that no file declares.
func (w *Watch) lookAtArea(th *thread) {
	area, err := rseq.ReadArea(w.engine.Target(), th.config)
	if err != nil {
		if !th.lost && !errors.Is(err, syscall.ESRCH) {
			th.lost = true
			r, _ := w.engine.Regs(th.tid)
			w.seen.Lost = append(w.seen.Lost, &Lost{Event: w.event(th.tid, r.PC()), Config: th.config})
		}
		return
	}
	if area.Armed != 0 {
		w.pointsTo(th, area.Armed, 0)
	}
	w.compareIDs(th)
}

// clear takes every trap and debug register of the watch out of the program.
func (w *Watch) clear() error {
	clear(w.sites)
	clear(w.armings)
	for _, th := range w.threads {
		clear(th.slots)
	}
	return w.o.Clear()
}
