//go:build linux && (amd64 || arm64)

package ptrace

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/tracee"
)

// child is a process that the program created and that stays stopped until the
// engine decides what to do with it.
type child struct {
	*thread // its registers can be read; it queues no events
	pid     int
	dead    bool    // killed while it was stopped
	maker   int     // the thread that created it
	vfork   bool    // the parent sleeps until the child execs or ends, and both share memory
	shares  bool    // they share memory, and the parent runs on (CLONE_VM)
	copied  []point // breakpoints that may be in its copy of the memory
}

// takeChild handles PTRACE_EVENT_CLONE, FORK and VFORK. The new thread's own
// first stop may precede or follow this event. Breakpoints that are lifted now
// may have been in memory when it was copied: the event may have waited while
// another thread's vfork was handled.
func (p *Process) takeChild(t *thread, event uint32) error {
	w, e := ptraceWord(reqGetEventMsg, t.tid, 0)
	if e != 0 {
		return p.fail(t, "read event message", e)
	}
	id := int(w)
	status, err := p.firstStop(id)
	if err != nil {
		return err
	}
	ws := unix.WaitStatus(status)
	dead := ws.Exited() || ws.Signaled()
	var n *thread
	if event == eventClone {
		if n, err = p.newThread(t, id); err != nil {
			return err
		}
	}
	if n != nil {
		p.push(tracee.Event{Kind: tracee.EventClone, TID: t.tid, Child: id})
		if dead {
			return p.ended(id, ws)
		}
		n.debug = t.debug.copied()
		p.inherit(n)
		return nil
	}
	kind := tracee.EventFork
	if event == eventVfork {
		kind = tracee.EventVfork
	}
	ch := &child{thread: &thread{tid: id, group: id, held: true, stop: stopEvent, midcall: true, debug: t.debug.copied()}, pid: id, maker: t.tid, dead: dead, vfork: event == eventVfork}
	if !ch.vfork {
		if ch.shares, err = p.sharesMemory(t); err != nil {
			return err
		}
	}
	ch.copied = append(ch.copied, p.points.list...)
	p.children[id] = ch
	p.push(tracee.Event{Kind: kind, TID: t.tid, Child: id, Shared: ch.shares})
	return nil
}

// firstStop returns the first status of a new thread and waits for it if
// necessary. A new thread stops before its first instruction, so the wait is
// short; if the thread has been killed, the status is its exit.
func (p *Process) firstStop(id int) (uint32, error) {
	for _, q := range p.others.all {
		if st, ok := q.early[id]; ok {
			delete(q.early, id)
			return st, nil
		}
	}
	for {
		got, err := p.collect(id, 0)
		if errors.Is(err, unix.ECHILD) {
			// It was killed with its process, which reaped it.
			return uint32(unix.SIGKILL), nil
		}
		if err != nil {
			return 0, err
		}
		if got == id {
			return p.status, nil
		}
	}
}

// takeExec handles PTRACE_EVENT_EXEC. Whichever thread called exec, the kernel
// has given it the leader's id. The other threads, the breakpoints and the
// debug registers are gone with the old memory.
func (p *Process) takeExec(t *thread) error {
	former, e := ptraceWord(reqGetEventMsg, t.tid, 0)
	if e != 0 {
		return p.fail(t, "read event message", e)
	}
	if p.pinned.tid == int(former) {
		p.pinned.tid = t.tid
	}
	if t.group != p.pid {
		return p.leaveByExec(t)
	}
	forks := p.leaveMemory()
	for _, o := range slices.Clone(p.order) {
		if o.group == p.pid && o != t {
			p.drop(o.tid)
		}
	}
	left := p.detachGroups()
	p.queue = append(p.queue[:0], forks...)
	if t.tid != p.pid {
		return &Error{Op: "exec", TID: t.tid, Err: fmt.Errorf("%w: reported by another thread than the leader", ErrState)}
	}
	t.zombie = false
	t.debug = debugState{}
	p.all = [debugSlots]slot{}
	left = errors.Join(left, p.leaveFormer(true))
	p.points.forget()
	p.lifted, p.sharers = false, 0
	p.gate, p.nop = 0, 0
	p.exe = exePath(p.pid)
	p.maps.forget()
	p.push(tracee.Event{Kind: tracee.EventExec, TID: t.tid, Former: int(former)})
	return errors.Join(left, p.atFirst(t), p.openMemory())
}

// leaveMemory releases the old memory after an exec. Processes that shared it keep it for
// themselves: nothing waits for them any more, and no breakpoint of the new program
// concerns them. leaveMemory returns the events of created processes that are not yet
// reported and still stopped. It detaches from a process whose maker was killed before
// its event.
func (p *Process) leaveMemory() (forks []tracee.Event) {
	for _, ch := range p.children {
		ch.vfork, ch.shares = false, false
	}
	for _, s := range p.served {
		s.shares = false
	}
	for _, ev := range p.queue {
		if ev.Kind == tracee.EventFork || ev.Kind == tracee.EventVfork {
			ev.Kind, ev.Shared = tracee.EventFork, false
			forks = append(forks, ev)
		}
	}
	for id, st := range p.early {
		if unix.WaitStatus(st).Stopped() && statusField(id, "PPid") == strconv.Itoa(p.pid) && statusField(id, "Tgid") == strconv.Itoa(id) {
			ch := child{pid: id, copied: p.points.list}
			_ = ch.clean() // it may have been killed
			ptraceCall(reqDetach, id, 0, 0)
			delete(p.early, id)
		}
	}
	return forks
}

// Children returns the processes that the program created and that wait for
// DetachChild or Follow.
func (p *Process) Children() []int {
	var ids []int
	for id := range p.children {
		ids = append(ids, id)
	}
	return ids
}

// DetachChild detaches from a process that EventFork or EventVfork announced, after it
// has removed the breakpoints from the child's copy of memory. If a call is trapped, the
// child stays traced as a served process; so does one that shares the program's memory
// (CLONE_VM), until it execs or ends, and for that time the program has no breakpoints. A
// vfork child shares the memory too, so the program has no breakpoints until
// EventVforkDone, and the thread that created it can neither run nor be stopped before
// the child has been detached and has called exec or ended. If the breakpoints cannot be
// removed from a child, it stays stopped.
func (p *Process) DetachChild(pid int) error {
	ch := p.children[pid]
	if ch == nil {
		return &Error{Op: "detach child", TID: pid, Err: unix.ESRCH}
	}
	if ch.dead {
		delete(p.children, pid)
		return nil
	}
	if err := p.clearDebug(ch.thread); err != nil && !errors.Is(err, unix.ESRCH) {
		return err
	}
	if ch.vfork || ch.shares {
		if err := p.liftForSharer(); err != nil {
			p.sharers--
			return err
		}
	} else if err := ch.clean(); err != nil {
		return err
	}
	delete(p.children, pid)
	var errs error
	if p.trap != 0 || ch.shares {
		s := p.serve(pid)
		s.shares = ch.shares
		return errors.Join(errs, p.advance(s))
	}
	if e := ptraceCall(reqDetach, pid, 0, 0); e != 0 && e != unix.ESRCH {
		errs = errors.Join(errs, &Error{Op: "detach child", TID: pid, Err: e})
	}
	return errs
}

// clean restores the original bytes in the child's copy of memory.
func (ch *child) clean() error {
	if len(ch.copied) == 0 {
		return nil
	}
	f, err := os.OpenFile(fmt.Sprintf("/proc/%d/mem", ch.pid), os.O_RDWR, 0)
	if err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return nil // killed
		}
		return &Error{Op: "open memory", TID: ch.pid, Err: err}
	}
	defer f.Close()
	for _, b := range ch.copied {
		if !b.copiedTo(f) {
			continue // unmapped, or not a copy of what was planted
		}
		if _, err := f.WriteAt(b.was[:], int64(b.at)); err != nil {
			return memoryError("write memory", ch.pid, b.at, err)
		}
	}
	return nil
}

// Follow keeps the child and detaches from the rest of the program: the Target is the
// child from now on. Every thread must be stopped. The child gets the breakpoints. The
// parent of a vfork stays stopped until the child execs or ends, so that the child can
// have breakpoints in the memory they share. If the parent runs in the shared memory
// (CLONE_VM), the breakpoints stay out of it until the child execs.
func (p *Process) Follow(pid int) error {
	ch := p.children[pid]
	if ch == nil || ch.dead {
		return &Error{Op: "follow", TID: pid, Err: unix.ESRCH}
	}
	for _, t := range p.order {
		if !t.held && !t.zombie {
			return &Error{Op: "follow", TID: t.tid, Err: fmt.Errorf("%w: the thread is running", ErrState)}
		}
	}
	delete(p.children, pid)
	wanted := append([]point(nil), p.points.list...)
	var errs error
	switch {
	case ch.vfork:
		errs = p.keepFormer()
	case p.trap != 0:
		errs = errors.Join(p.serveParent(), p.leaveFormer(true))
	default:
		errs = errors.Join(p.release(), p.leaveFormer(false))
	}
	p.pid, p.exe = pid, exePath(pid)
	p.alive = true
	p.gone.Store(false)
	p.threads, p.order, p.last, p.queue = map[int]*thread{}, nil, nil, nil
	t := p.add(pid, pid)
	t.debug = ch.debug
	if err := p.openMemory(); err != nil {
		return errors.Join(errs, err)
	}
	if ch.vfork {
		p.inherit(t)
		return errs
	}
	p.sharers = 0
	if ch.shares {
		p.points.list, p.lifted = wanted, true
		p.inherit(t)
		return errs
	}
	// Make the breakpoints of the copy the current ones.
	errs = errors.Join(errs, ch.clean())
	p.points.list = nil
	for _, b := range wanted {
		errs = errors.Join(errs, p.Insert(b.at))
	}
	p.inherit(t)
	return errs
}
