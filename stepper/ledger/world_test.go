package ledger_test

import (
	"errors"
	"fmt"
	"syscall"
	"testing"

	"rseqstep/stepper/ledger"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Two threads, each with an area and a section, and what both share.
const (
	first, second = 1, 2
	areaOf        = table.Addr(0x1000)
	areaSize      = 32
	signature     = 0x53053053
	heldBack      = 0xff00
	ownMask       = 0x0f
	ownCPUs       = "all"
)

var section = table.Placed{Start: 0x4000, End: 0x4020, Descriptor: 0x5000}

// world is a process that executes the Book's requests and checks that they are allowed.
type world struct {
	t       *testing.T
	fail    func(call int, op string) error // the error of a request; nil: it succeeds
	made    bool                            // the failing request takes effect nevertheless
	calls   int
	log     []string
	alive   bool
	dies    bool
	planted map[table.Addr]bool
	every   [4]table.Addr // for future threads
	order   []*worker
	pinned  int
	slices  bool // the kernel knows the flag for time slice extensions
}

type worker struct {
	tid        int
	held       bool
	gone       bool // killed; its exit is not reported yet
	regs       machine.Regs
	vectors    byte
	mask       uint64
	debug      [4]table.Addr
	registered bool
	slice      bool // registered with its time slice extension enabled
	cs         uint64
	area       [areaSize]byte
	aside      bool // its last kernel entry was no system call
}

func newWorld(t *testing.T) *world {
	w := &world{t: t, alive: true, planted: map[table.Addr]bool{}}
	for _, tid := range []int{first, second} {
		th := &worker{tid: tid, held: true, mask: ownMask, registered: true}
		th.regs.SetPC(section.Start + 4)
		w.order = append(w.order, th)
	}
	return w
}

func config(tid int) tracee.RseqConfig {
	return tracee.RseqConfig{Area: areaOf * table.Addr(tid), Size: areaSize, Signature: signature}
}

// request makes one request, which may fail.
func (w *world) request(op string, args ...any) (done func() bool, err error) {
	n := w.calls
	w.calls++
	w.log = append(w.log, fmt.Sprint(append([]any{op}, args...)...))
	if w.fail != nil {
		err = w.fail(n, op)
	}
	return func() bool { return err == nil || w.made }, err
}

func (w *world) changes(what string) {
	if !w.dies {
		w.t.Errorf("%s is changed in a program that may go on without the debugger", what)
	}
}

func (w *world) find(tid int) (*worker, error) {
	for _, th := range w.order {
		if th.tid == tid && !th.gone {
			if !th.held {
				w.t.Errorf("thread %d is touched while it runs", tid)
			}
			return th, nil
		}
	}
	return nil, syscall.ESRCH
}

func (w *world) Arch() *machine.Arch { return amd64.Arch() }

func (w *world) Alive() bool { return w.alive }
func (w *world) Threads() (list []int) {
	for _, th := range w.order {
		list = append(list, th.tid)
	}
	return list
}

func (w *world) Held(tid int) bool {
	for _, th := range w.order {
		if th.tid == tid {
			return th.held
		}
	}
	return false
}

func (w *world) SignalMask(tid int) (uint64, error) {
	th, err := w.find(tid)
	if err != nil {
		return 0, err
	}
	return th.mask, nil
}

func (w *world) Regs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err == nil {
		_, err = w.request("regs ", tid)
	}
	if err == nil {
		*r = th.regs
	}
	return err
}

func (w *world) XState(tid int) ([]byte, error) {
	th, err := w.find(tid)
	if err == nil {
		_, err = w.request("xstate ", tid)
	}
	if err != nil {
		return nil, err
	}
	return []byte{th.vectors}, nil
}

func (w *world) SetRegs(tid int, r *machine.Regs) error {
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	done, err := w.request("set regs ", tid)
	if done() {
		th.regs = *r
	}
	return err
}

func (w *world) SetXState(tid int, area []byte) error {
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	done, err := w.request("set xstate ", tid)
	if done() {
		th.vectors = area[0]
	}
	return err
}

func (w *world) ReadMemory(table.Addr, []byte) (int, error) { return 0, errors.ErrUnsupported }

func (w *world) WriteMemory(a table.Addr, p []byte) (int, error) {
	done, err := w.request("write ", a)
	if !done() {
		return 0, err
	}
	th, missing := w.find(int(a / areaOf))
	switch {
	case missing != nil:
		return 0, missing
	case a == config(th.tid).Area:
		if th.registered {
			w.t.Errorf("the area of thread %d is written while it is the kernel's", th.tid)
		}
		copy(th.area[:], p)
	case a == config(th.tid).CSField():
		if !th.registered || !th.aside {
			w.t.Errorf("thread %d is armed too early", th.tid)
		}
		th.cs = uint64(p[0]) | uint64(p[1])<<8
	}
	return len(p), err
}

func (w *world) Insert(a table.Addr) error {
	w.changes("the code")
	done, err := w.request("insert ", a)
	if done() {
		w.planted[a] = true
	}
	return err
}

func (w *world) Remove(a table.Addr) error {
	done, err := w.request("remove ", a)
	if done() {
		delete(w.planted, a)
	}
	return err
}

func (w *world) Inserted(a table.Addr) bool { return w.planted[a] }

func (w *world) SetDebug(tid, n int, kind tracee.DebugKind, a table.Addr, _ int) error {
	if kind == tracee.DebugOff {
		a = 0
	} else {
		w.changes("a debug register")
	}
	if tid != 0 {
		if _, err := w.find(tid); err != nil {
			return err
		}
	}
	done, err := w.request("debug ", tid, " ", n)
	if !done() {
		return err
	}
	if tid == 0 {
		w.every[n] = a
	}
	for _, th := range w.order {
		if tid == 0 || th.tid == tid {
			th.debug[n] = a
		}
	}
	return err
}

func (w *world) Syscall(tid int, nr uint64, args ...uint64) (int64, error) {
	th, err := w.find(tid)
	if err != nil {
		return 0, err
	}
	done, err := w.request("rseq ", tid, " ", args[2])
	if nr != amd64.Arch().Calls.Rseq || table.Addr(args[0]) != config(tid).Area {
		w.t.Errorf("thread %d calls %d%v", tid, nr, args)
	}
	if !done() {
		return 0, err
	}
	th.aside = false
	if args[2] == 1 {
		w.changes("a registration")
		if !th.registered {
			return -int64(syscall.EINVAL), err
		}
		th.registered, th.area = false, [areaSize]byte{}
		return 0, err
	}
	if th.registered {
		return -int64(syscall.EBUSY), err
	}
	if args[2] != 0 && !w.slices {
		return -int64(syscall.EINVAL), err
	}
	th.registered, th.cs, th.slice = true, 0, args[2] != 0
	return 0, err
}

func (w *world) StepAside(tid int) error {
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	done, err := w.request("aside ", tid)
	if done() {
		th.aside = true
	}
	return err
}

func (w *world) SetSignalMask(tid int, blocked uint64) error {
	w.changes("a signal mask")
	th, err := w.find(tid)
	if err != nil {
		return err
	}
	done, err := w.request("mask ", tid)
	if done() {
		th.mask = blocked
	}
	return err
}

func (w *world) Pin(tid int) error {
	w.changes("an affinity")
	if _, err := w.find(tid); err != nil {
		return err
	}
	done, err := w.request("pin ", tid)
	if done() {
		w.pinned = tid
	}
	return err
}

func (w *world) Unpin() error {
	done, err := w.request("unpin")
	if done() {
		w.pinned = 0
	}
	return err
}

func (w *world) ExitKill(on bool) {
	if on == w.dies {
		w.t.Errorf("ExitKill(%v) is said twice", on)
	}
	w.dies = on
}

var _ ledger.Process = (*world)(nil)

// left lists what differs from the original state.
func (w *world) left() (list []string) {
	if len(w.planted) > 0 {
		list = append(list, fmt.Sprint("planted: ", w.planted))
	}
	for _, th := range w.order {
		if th.debug != [4]table.Addr{} || th.mask != ownMask || !th.registered {
			list = append(list, fmt.Sprintf("thread %d: %+v", th.tid, *th))
		}
	}
	if w.pinned != 0 {
		list = append(list, fmt.Sprint("pinned: ", w.pinned))
	}
	if w.dies {
		list = append(list, "it dies with the debugger")
	}
	return list
}
