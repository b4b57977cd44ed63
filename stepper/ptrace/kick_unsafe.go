//go:build linux && (amd64 || arm64)

package ptrace

import (
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// kickSignal makes a wait4 of the tracer's OS thread return EINTR. It is one of
// the real-time signals, which neither Go nor glibc uses (signal(7); glibc
// takes the first two or three, from 32).
const kickSignal = 61

// kicker interrupts waits, from another goroutine or by a kernel timer.
//
// It signals only the tracer's own thread. A SIGSTOP to the program would have
// to be swallowed and could leak.
type kicker struct {
	tgid, owner int
	timer       int32 // timer_create(2)'s id
	made        bool
	ticking     bool // the timer repeats every tick
}

// tick bounds how long a wait can miss a change that produces no wait status.
const tick = 100 * time.Millisecond

// sigaction is the kernel's struct sigaction, include/linux/signal_types.h on amd64.
type sigaction struct {
	handler, flags, restorer uintptr
	mask                     uint64
}

// sigevent is struct sigevent with SIGEV_THREAD_ID, include/uapi/asm-generic/siginfo.h: 64 bytes.
type sigevent struct {
	value  uint64
	signo  int32
	notify int32
	tid    int32
	_      [44]byte
}

const (
	saNoChildStop  = 1          // SA_NOCLDSTOP, include/uapi/asm-generic/signal-defs.h
	saRestart      = 0x10000000 // SA_RESTART
	sigevThreadID  = 4          // SIGEV_THREAD_ID, include/uapi/asm-generic/siginfo.h
	sigsetSize     = 8          // bytes of the kernel's sigset_t
	sigBlock       = 0          // SIG_BLOCK
	sigUnblock     = 1          // SIG_UNBLOCK
	sigSetMask     = 2          // SIG_SETMASK
	clockMonotonic = 1          // CLOCK_MONOTONIC, include/uapi/linux/time.h
)

// start prepares the tracer's thread. Go's own handlers stay. Two flags of the
// process change permanently: kickSignal no longer restarts system calls, and
// the stops of children no longer raise SIGCHLD, which would run a signal
// handler on some other thread at every single step.
func (k *kicker) start() error {
	k.tgid, k.owner = unix.Getpid(), unix.Gettid()
	if err := changeFlags(kickSignal, 0, saRestart); err != nil {
		return err
	}
	if err := changeFlags(int(unix.SIGCHLD), saNoChildStop, 0); err != nil {
		return err
	}
	mask := uint64(1) << (kickSignal - 1)
	if _, _, e := syscall.RawSyscall6(unix.SYS_RT_SIGPROCMASK, sigUnblock, uintptr(unsafe.Pointer(&mask)), 0, sigsetSize, 0, 0); e != 0 {
		return &Error{Op: "unblock the kick signal", Err: e}
	}
	se := sigevent{signo: kickSignal, notify: sigevThreadID, tid: int32(k.owner)}
	if _, _, e := syscall.RawSyscall(unix.SYS_TIMER_CREATE, clockMonotonic, uintptr(unsafe.Pointer(&se)), uintptr(unsafe.Pointer(&k.timer))); e != 0 {
		return &Error{Op: "make a timer", Err: e}
	}
	k.made = true
	return nil
}

// changeFlags sets and clears flags of a signal's action.
func changeFlags(sig int, set, clear uintptr) error {
	var a sigaction
	if _, _, e := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), 0, uintptr(unsafe.Pointer(&a)), sigsetSize, 0, 0); e != 0 {
		return &Error{Op: "read a signal's action", Err: e}
	}
	want := a.flags&^clear | set
	if want == a.flags {
		return nil
	}
	a.flags = want
	if _, _, e := syscall.RawSyscall6(unix.SYS_RT_SIGACTION, uintptr(sig), uintptr(unsafe.Pointer(&a)), 0, sigsetSize, 0, 0); e != 0 {
		return &Error{Op: "change a signal's action", Err: e}
	}
	return nil
}

// stop deletes the timer.
func (k *kicker) stop() {
	if k.made {
		syscall.RawSyscall(unix.SYS_TIMER_DELETE, uintptr(k.timer), 0, 0)
	}
	k.made, k.ticking = false, false
}

// set arms the timer: first after d, then every repeat; zero disarms it.
func (k *kicker) set(d, repeat time.Duration) {
	if !k.made {
		return
	}
	// struct itimerspec: it_interval, then it_value.
	spec := [2]unix.Timespec{unix.NsecToTimespec(int64(repeat)), unix.NsecToTimespec(int64(d))}
	syscall.RawSyscall6(unix.SYS_TIMER_SETTIME, uintptr(k.timer), 0, uintptr(unsafe.Pointer(&spec)), 0, 0, 0)
	k.ticking = repeat != 0
}

// keepTicking makes the timer repeat; if it already does, the call is free.
func (k *kicker) keepTicking() {
	if !k.ticking {
		k.set(tick, tick)
	}
}

// quiet ends keepTicking.
func (k *kicker) quiet() {
	if k.ticking {
		k.set(0, 0)
	}
}

// kick makes the tracer's wait return. Any goroutine may call it.
func (k *kicker) kick() { _ = unix.Tgkill(k.tgid, k.owner, kickSignal) }
