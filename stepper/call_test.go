package stepper_test

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// call calls a function with integers in the selected thread.
func (p *program) call(name string, args ...uint64) (stepper.Stop, *stepper.CallResult) {
	p.t.Helper()
	stop, back, err := p.tryCall(name, args...)
	if err != nil {
		p.t.Fatalf("%s%v: %v (%s)", name, args, err, p.describe(stop))
	}
	return stop, back
}

func (p *program) tryCall(name string, args ...uint64) (stepper.Stop, *stepper.CallResult, error) {
	p.t.Helper()
	room, err := p.CallRoom()
	if err != nil {
		return stepper.Stop{}, nil, err
	}
	c := stepper.Call{Function: p.address(name), SP: room - 8}
	copy(c.Integers[:], args)
	return p.Call(p.ctx, c)
}

// wantCall fails the test unless a function returns n.
func (p *program) wantCall(n uint64, name string, args ...uint64) {
	p.t.Helper()
	stop, back := p.call(name, args...)
	if back == nil || uint32(back.Integers[0]) != uint32(n) {
		p.t.Fatalf("%s%v: %+v, want %d (%s)", name, args, back, n, p.describe(stop))
	}
}

// guarded, in calls.c, checks the red zone, the registers, the direction flag and the x87
// stack, and returns bits for what it found changed.
func TestCallLeavesEverythingAsItWas(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "calls.c"})
	for _, label := range []string{"in_the_middle", "in_avx"} {
		if _, ok := p.Symbols().Address(label); !ok {
			t.Fatalf("no label %s", label)
		}
		p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.address(label)}})
	}
	for {
		stop := p.cont()
		if stop.Reason == stepper.StopExited {
			if stop.Status.Code != 0 {
				t.Fatalf("the program found changed: %b", stop.Status.Code)
			}
			break
		}
		p.wantReason(stop, stepper.StopBreakpoint)
		var before, after [2]any
		before[0], _ = p.Regs(stop.TID)
		before[1], _ = p.process.XState(stop.TID)
		for range 3 {
			p.wantCall(1, "clobber")
		}
		after[0], _ = p.Regs(stop.TID)
		after[1], _ = p.process.XState(stop.TID)
		if fmt.Sprint(before) != fmt.Sprint(after) {
			t.Errorf("registers at %s\nbefore %x\n after %x", p.where(stop), before, after)
		}
	}
	p.wantPrinted("calls 0\n")
}

// intoCall continues until a thread is stopped in a system call.
func (p *program) intoCall(tid int) {
	p.t.Helper()
	for range 100 {
		end := p.interruptAfter(100 * time.Millisecond)
		p.wantReason(p.cont(), stepper.StopInterrupt)
		end()
		if err := p.SelectThread(tid); err != nil {
			p.t.Fatal(err)
		}
		if r, _ := p.Regs(tid); r.InSyscall() || p.aboutToRepeat(&r) {
			return
		}
	}
	p.t.Fatalf("thread %d does not come to its system call", tid)
}

// aboutToRepeat reports whether the thread's next instruction is a system call: arm64's kernel has put a
// thread that it interrupts in one back there.
func (p *program) aboutToRepeat(r *machine.Regs) bool {
	return p.insnAt(r.PC()).Kind == machine.Syscall && p.process.Arch().Restarts == nil
}

// insnAt is the instruction at an address.
func (p *program) insnAt(a table.Addr) machine.Insn {
	p.t.Helper()
	code := make([]byte, machine.MaxLen)
	n, _ := p.process.ReadMemory(a, code)
	insn, err := p.process.Arch().Decode(a, code[:n])
	if err != nil {
		p.t.Fatal(err)
	}
	return insn
}

// A thread blocked in a system call resumes that call, with the correct result and timeout.
func TestCallInABlockedThreadLeavesItsSystemCall(t *testing.T) {
	for mode, want := range map[string]string{"sleep": "sleep 0", "poll": "poll 0", "read": "read 1", "futex": "futex 0"} {
		t.Run(mode, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, mode)
			p.runTo("marker")
			tid := p.Thread()
			p.intoCall(tid)
			p.wantCall(1, "count", 1)
			p.wantCall(3, "count", 2)
			stop := p.cont()
			p.wantReason(stop, stepper.StopExited)
			p.wantPrinted(want + " in time, runs 3, handled 0\n")
		})
	}
}

// If the user abandons the call while the function is in a system call, the thread returns to
// the system call from which the function was called.
func TestUnwoundCallLeavesTheSystemCallToo(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "read")
	p.runTo("marker")
	tid := p.Thread()
	p.intoCall(tid)
	end := p.interruptAfter(100 * time.Millisecond)
	stop, back := p.call("blocks")
	end()
	if back != nil {
		t.Fatal("it returned")
	}
	p.wantReason(stop, stepper.StopInterrupt)
	if err := p.UnwindCall(); err != nil {
		t.Fatal(err)
	}
	p.wantCall(1, "count", 1)
	p.wantReason(p.cont(), stepper.StopExited)
	p.wantPrinted("read 1 in time, runs 1, handled 0\n")
}

// A pending signal is delivered after the call, not in it.
func TestCallKeepsASignalForAfterwards(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "read")
	p.runTo("marker")
	if err := p.PassSignal(p.Thread(), 10); err != nil {
		t.Fatal(err)
	}
	p.wantCall(5, "count", 5)
	if n := p.integer("handled"); n != 0 {
		t.Errorf("the handler ran in the call: %d", n)
	}
	p.wantReason(p.cont(), stepper.StopExited)
	if out := p.printed(); !strings.HasSuffix(out, "runs 5, handled 10\n") {
		t.Errorf("printed %q", out)
	}
}

// integer reads an int of the program.
func (p *program) integer(name string) int32 {
	p.t.Helper()
	var b [4]byte
	if _, err := p.process.ReadMemory(p.address(name), b[:]); err != nil {
		p.t.Fatal(err)
	}
	return int32(binary.LittleEndian.Uint32(b[:]))
}

// Sections commit in called functions, and no update of the other threads is lost.
func TestSumsAreRightWithCallsInOneThreadOfEight(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "percpu.c", Flags: []string{"-pthread"}}, "8", "2000", "3")
	p.runTo("stepped")
	const calls = 200
	for range calls {
		if stop, back := p.call("one_round"); back == nil {
			t.Fatalf("one_round did not return: %s", p.describe(stop))
		}
	}
	p.wantReason(p.cont(), stepper.StopExited)
	var sum, want, nodes int
	if _, err := fmt.Sscanf(p.printed(), "sum %d of %d, nodes %d of 64", &sum, &want, &nodes); err != nil {
		t.Fatalf("%v in %q", err, p.printed())
	}
	if sum != want+calls || nodes != 64 {
		t.Errorf("%q: want a sum of %d", p.printed(), want+calls)
	}
}

// The Engine calls nothing inside a section, live or in a quiet phase: the call would disarm
// the section.
func TestCallInsideASectionIsRefused(t *testing.T) {
	p := start(t, tabletest.Fixture{Source: "units.c"}, "5")
	var refused *stepper.CallError
	for n := 0; ; n++ {
		if n > 10000 {
			t.Fatal("no section was entered")
		}
		stop, err := p.StepInside(p.ctx, 1)
		if err != nil {
			t.Fatal(err)
		}
		p.wantReason(stop, stepper.StopStep)
		if p.Image().At(stop.PC) == nil {
			continue
		}
		r, _ := p.Regs(stop.TID)
		if _, _, err := p.tryCall("main"); !errors.As(err, &refused) || !strings.Contains(err.Error(), "critical section") {
			t.Fatalf("a call inside a section: %v", err)
		}
		if after, _ := p.Regs(stop.TID); after != r {
			t.Error("the refused call changed the registers")
		}
		break
	}
	p.wantExit(0)
}

// Wherever the call was abandoned, finishing it restores the thread's state.
func TestAbandonedCallComesBackHoweverItIsLeft(t *testing.T) {
	for _, command := range []string{"continue", "finish", "next", "step", "stepi", "nexti", "until"} {
		t.Run(command, func(t *testing.T) {
			p := launch(t, tabletest.Fixture{Source: "calls.c"})
			p.runTo("marker")
			tid := p.Thread()
			before, _ := p.Regs(tid)
			b := p.breakAt("twofold")
			if stop, back := p.call("twofold", 4); back != nil || stop.Reason != stepper.StopBreakpoint {
				t.Fatalf("not abandoned: %s", p.describe(stop))
			}
			frames, err := p.Frames(tid, 10)
			if err != nil || len(frames) < 4 || !frames[1].Called || shortName(frames[2].Function) != "marker" {
				t.Fatalf("frames %+v, %v", frames, err)
			}
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				t.Fatal(err)
			}
			for n := 0; ; n++ {
				if n > 100 {
					t.Fatalf("%s does not come back", command)
				}
				stop := p.do(command)
				if stop.Reason == stepper.StopFinished {
					if stop.Finished.Result.Integers[0] != 8 {
						t.Errorf("finish: %+v", stop.Finished)
					}
					break
				}
				if stop.Reason == stepper.StopCallReturned {
					if stop.Returned.Integers[0] != 8 {
						t.Errorf("returned %+v", stop.Returned)
					}
					break
				}
				p.wantReason(stop, stepper.StopStep)
			}
			if after, _ := p.Regs(tid); after != before {
				t.Errorf("registers\nbefore %+v\n after %+v", before, after)
			}
			p.wantExit(0)
		})
	}
}

// A longjmp out of the called function leads to its target, and the Engine forgets the call.
func TestLongjmpOutOfACall(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "jump")
	p.runTo("marker")
	stop, back := p.call("jumps", 7)
	if back != nil {
		t.Fatal("longjmp returned")
	}
	p.wantReason(stop, stepper.StopCallLeft)
	if frames, _ := p.Frames(p.Thread(), 10); len(frames) == 0 || frames[0].Function != "main" {
		t.Errorf("frames %+v", frames)
	}
	p.wantExit(0)
	p.wantPrinted("got 7\n")
}

// The thread exits in the function; the program continues.
func TestThreadThatEndsInACall(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "leave")
	p.runTo("marker")
	stop, back := p.call("leaves")
	if back != nil {
		t.Fatal("pthread_exit returned")
	}
	p.wantReason(stop, stepper.StopThreadExited)
	p.wantExit(0)
	p.wantPrinted("joined\n")
}

// A child forked in a called function has no frame to return to: it dies, and does not run the
// program from its start again. It comes to a hlt, or on arm64 to a call of abort.
func TestChildForkedInACallDies(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "fork")
	p.runTo("marker")
	if _, back := p.call("forks"); back == nil || int32(back.Integers[0]) <= 0 {
		t.Fatalf("fork: %+v", back)
	}
	if _, back := p.call("reap"); back == nil || back.Integers[0]&0x7f != perArch(uint64(unix.SIGSEGV), uint64(unix.SIGABRT)) {
		t.Errorf("the child's status is %#x", back.Integers)
	}
	p.wantCall(2, "count", 2)
	p.wantExit(0)
	p.wantPrinted("runs 2\n")
}

// After detaching in an abandoned call, a program continues as if the call had not been made.
func TestDetachInAnAbandonedCall(t *testing.T) {
	p := launch(t, tabletest.Fixture{Source: "callwait.c", Flags: []string{"-pthread"}}, "read")
	p.runTo("marker")
	p.breakAt("count")
	for n := range 2 { // nested
		if stop, back := p.call("count", 1); back != nil || stop.Reason != stepper.StopBreakpoint {
			t.Fatalf("call %d: %s", n, p.describe(stop))
		}
	}
	pid := p.process.PID()
	if err := p.Detach(); err != nil {
		t.Fatal(err)
	}
	waitGone(t, pid)
	p.wantPrinted("read 1 in time, runs 0, handled 0\n")
}

// waitGone waits for the end of a process that we no longer trace.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	proc, err := os.FindProcess(pid)
	if err != nil {
		t.Fatal(err)
	}
	if state, err := proc.Wait(); err != nil || state.ExitCode() != 0 {
		t.Fatalf("the program ended with %v, %v", state, err)
	}
}
