package stepper_test

import (
	"fmt"
	"strings"
	"syscall"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

const madeInPlace = "the system call of that name was made in its place"

// The test makes each function loop for ever; stepped from its first instruction it still
// returns, with the correct result.
func TestLoopSteppedInsideTheVDSOIsLeftByTheSystemCall(t *testing.T) {
	for _, name := range tabletest.Some(t, 3, loopingFunctions) {
		t.Run(name, func(t *testing.T) {
			p := atVDSO(t, name, strings.TrimSuffix(name, "null"))
			if p == nil {
				return
			}
			p.Policy().Inside = true
			p.stick()
			stop, steps := p.stepOut(60000, nil)
			p.wantLeft(stop, stepper.RungOpv, madeInPlace)
			t.Log(steps, "steps:", stop.Notes)
			p.restore()
			p.wantExit(0)
			p.wantPrinted("ok " + name + " 0\n")
		})
	}
}

// The same functions run as units: they loop until the Engine makes the system call.
func TestVDSOUnitThatDoesNotReturnIsLeftByTheSystemCall(t *testing.T) {
	for _, name := range tabletest.Some(t, 1, perArch([]string{"clock_gettime", "getcpu", "getrandom"}, loopingFunctions)) {
		t.Run(name, func(t *testing.T) {
			p := atVDSO(t, name, name)
			if p == nil {
				return
			}
			p.stick()
			p.wantLeft(p.stepi(1), stepper.RungOpv, madeInPlace)
			p.restore()
			p.wantExit(0)
			p.wantPrinted("ok " + name + " 0\n")
		})
	}
}

// Stepping goes through unmodified functions from the first instruction to the return, and
// nothing replaces them.
func TestSteppingInsideTheVDSOComesOut(t *testing.T) {
	for _, name := range vdsoFunctions {
		t.Run(name, func(t *testing.T) {
			p := atVDSO(t, name, name)
			if p == nil {
				return
			}
			p.Policy().Inside = true
			inside := map[table.Addr]bool{}
			stop, steps := p.stepOut(20000, func() { inside[p.now().PC()] = true })
			if len(stop.Units) != 0 && name == "getrandom" {
				t.Errorf("its loops end by themselves: %s", p.describe(stop))
			}
			if len(inside) < 5 {
				t.Errorf("%d steps saw %d instructions of it", steps, len(inside))
			}
			p.wantExit(0)
			p.wantPrinted("ok " + name + " 0\n")
		})
	}
}

// A thread stopped at an inner instruction of the function: the Engine has not seen its
// arguments, so the function runs natively when the loop repeats too often.
func TestVDSOLoopEnteredInTheMiddleIsRunNatively(t *testing.T) {
	for _, name := range []string{"clock_gettime", "gettimeofday"} {
		t.Run(name, func(t *testing.T) {
			p := atVDSO(t, name, name)
			first, _ := p.insn(p.f.Start)
			second, _ := p.insn(first.Next())
			b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{second.Next()}})
			p.wantReason(p.cont(), stepper.StopBreakpoint)
			if err := p.DeleteBreakpoint(b.Number); err != nil {
				t.Fatal(err)
			}
			bent := 0
			stop, _ := p.stepOut(2000, func() {
				if p.bend() {
					bent++
				}
			})
			p.wantLeft(stop, stepper.RungRun, "its arguments are not known")
			if bent > 3 { // the kernel's timer tick may cause further rounds
				t.Errorf("the loop came round %d times, not 3", bent)
			}
			p.wantExit(0)
			p.wantPrinted("ok " + name + " 0\n")
		})
	}
}

// Two rounds are allowed: the loop ends in the normal way if the count has not changed then.
func TestTwoRoundsOfAVDSOLoopAreLetPass(t *testing.T) {
	p := atVDSO(t, "clock_gettime", "clock_gettime")
	p.Policy().Inside = true
	bent := 0
	stop, _ := p.stepOut(2000, func() {
		if bent < 2 && p.bend() {
			bent++
		}
	})
	// The kernel's timer tick may cause the third round.
	if bent != 2 || len(stop.Units) > 1 || len(stop.Units) == 1 && stop.Units[0].Rung != stepper.RungOpv {
		t.Errorf("after %d rounds: %s", bent, p.describe(stop))
	}
	p.wantExit(0)
}

// A handler that runs natively in the middle, and itself asks for the time, changes nothing.
func TestSignalInTheMiddleOfAVDSOFunctionKeepsItsArguments(t *testing.T) {
	p := atVDSO(t, "clock_gettime", "clock_gettime")
	p.Policy().Inside = true
	bent := 0
	stop, _ := p.stepOut(2000, func() {
		if p.bend() {
			bent++
		}
		if bent == 1 {
			bent++
			if err := syscall.Kill(p.process.PID(), syscall.SIGALRM); err != nil {
				t.Fatal(err)
			}
		}
	})
	p.wantLeft(stop, stepper.RungOpv, madeInPlace)
	p.wantExit(0)
	p.wantPrinted("ok clock_gettime 1\n")
}

// A handler jumps out of the function instead, and then the same frame calls the same function
// with another buffer: the Engine does not use the first call's arguments for the second.
func TestSignalThatJumpsOutOfAVDSOFunctionTakesItsArgumentsAlong(t *testing.T) {
	p := atVDSO(t, "jumping", "clock_gettime")
	p.Policy().Inside = true
	for !p.bend() {
		p.stepi(1)
	}
	p.stepi(1)
	if err := syscall.Kill(p.process.PID(), syscall.SIGALRM); err != nil {
		t.Fatal(err)
	}
	stop := p.stepi(1)
	p.wantReason(stop, stepper.StopStep)
	if first, _ := p.insn(p.f.Start); stop.PC != first.Next() || p.now().Arguments()[1] == p.regs.Arguments()[1] {
		t.Fatalf("want the second call's first instruction done, got %s", p.describe(stop))
	}
	stop, _ = p.stepOut(2000, func() { p.bend() })
	p.wantLeft(stop, stepper.RungRun, "its arguments are not known")
	p.wantExit(0)
	p.wantPrinted("ok jumping 1\n")
}

// A handler that is stepped, and stepped inside the function that it interrupts, has its own
// rounds and its own arguments.
func TestHandlerSteppedInsideTheSameVDSOFunction(t *testing.T) {
	p := atVDSO(t, "clock_gettime", "clock_gettime")
	p.Policy().Inside = true
	for !p.bend() {
		p.stepi(1)
	}
	p.stepi(1)
	if err := syscall.Kill(p.process.PID(), syscall.SIGUSR1); err != nil {
		t.Fatal(err)
	}
	stop := p.stepi(1)
	p.wantReason(stop, stepper.StopSignal)
	outer := stop.PC
	// Single-step through the handler: its own call is forced to loop as well.
	nested := 0
	for n := 0; ; n++ {
		if n > 5000 {
			t.Fatalf("the handler has not returned: %s", p.describe(stop))
		}
		if nested == 0 && p.now().PC() != outer {
			p.bend()
		}
		stop = p.stepi(1)
		p.wantReason(stop, stepper.StopStep)
		for _, u := range stop.Units {
			if u.Rung != stepper.RungOpv || u.Exit == p.back {
				t.Fatalf("in the handler: %s", p.describe(stop))
			}
			nested++
		}
		if nested > 0 && stop.PC == outer {
			break
		}
	}
	if r := p.now(); r.SP() >= p.regs.SP() {
		t.Fatalf("not back in the interrupted call: %s", p.describe(stop))
	}
	bent := 0
	stop, _ = p.stepOut(2000, func() {
		if p.bend() {
			bent++
		}
	})
	p.wantLeft(stop, stepper.RungOpv, madeInPlace)
	if bent > 2 { // the kernel's timer tick may cause further rounds
		t.Errorf("the interrupted call had one round behind it, and %d more were taken", bent)
	}
	p.wantExit(0)
	p.wantPrinted("ok clock_gettime 1\n")
}

// A buffer that is not mapped: the program gets the same SIGSEGV as without a debugger.
func TestBadPointerInTheVDSOIsTheProgramsOwnFault(t *testing.T) {
	p := atVDSO(t, "badptr", "clock_gettime")
	p.Policy().Inside = true
	for n := 0; ; n++ {
		p.bend()
		stop := p.stepi(1)
		if stop.Reason == stepper.StopSignal {
			if stop.Signal != int(syscall.SIGSEGV) || !p.f.Contains(stop.PC) || !strings.Contains(strings.Join(stop.Notes, " "), "bad address") {
				t.Errorf("want SIGSEGV in the vDSO, got %s", p.describe(stop))
			}
			return
		}
		if p.wantReason(stop, stepper.StopStep); n > 2000 {
			t.Fatalf("no fault: %s", p.describe(stop))
		}
	}
}

// The Engine does not make the system call in a program whose filter kills for it.
func TestFilterOfTheProgramsOwnForbidsTheSystemCall(t *testing.T) {
	p := atVDSO(t, "filtered", "clock_gettime")
	p.Policy().Inside = true
	stop, _ := p.stepOut(2000, func() { p.bend() })
	p.wantLeft(stop, stepper.RungRun, "seccomp")
	p.wantExit(0)
	p.wantPrinted("ok filtered 0\n")
}

// The Engine does not confuse an earlier activation with a later one at the same place: the
// thread ran natively in between, and the later one's arguments are unknown.
func TestArgumentsOfAnEarlierVDSOCallAreForgotten(t *testing.T) {
	p := atVDSO(t, "getrandom", "getrandom")
	if p == nil {
		return
	}
	p.Policy().Inside = true
	at := p.stepi(3).PC
	p.add(stepper.BreakpointSpec{Addrs: []table.Addr{at}})
	p.wantReason(p.cont(), stepper.StopBreakpoint)
	// The ChaCha20 core loops for ever now: if the Engine used the known arguments, it would
	// make the system call, into the first call's buffer.
	p.stick()
	limit := int(2*p.regs.Arguments()[1]) + 64
	stop := p.stepi(limit * 60)
	p.wantReason(stop, stepper.StopStep)
	if len(stop.Units) != 0 || !p.VDSO().Contains(stop.PC) {
		t.Errorf("want it stepped on inside, got %s", p.describe(stop))
	}
	p.restore()
	p.wantExit(0)
}

// The Go runtime calls the vDSO on another stack.
func TestVDSOLoopInAGoProgramIsLeft(t *testing.T) {
	p := &vdsoProgram{program: launchFile(t, tabletest.BuildGo(t, "gotime", false), "20"), saved: map[table.Addr][]byte{}}
	p.runTo("main.read")
	for _, f := range p.VDSO().Functions {
		if f.Name == inVDSO("clock_gettime") {
			p.f = f
		}
	}
	for n := 0; n < 3; n++ {
		b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.f.Start}, Thread: p.Thread()})
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		if err := p.DeleteBreakpoint(b.Number); err != nil {
			t.Fatal(err)
		}
		p.regs = *p.now()
		var err error
		if p.back, _, err = p.VDSO().ReturnAddress(p.f.Start, &p.regs, p.process); err != nil {
			t.Fatal(err)
		}
		p.Policy().Inside = true
		p.stick()
		stop, _ := p.stepOut(2000, nil)
		p.wantLeft(stop, stepper.RungOpv, madeInPlace)
		p.restore()
	}
	p.wantExit(0)
	p.wantPrinted("ok 20\n")
}

// With `set inside on` only stepi enters the function at a call.
func TestInsideOnEntersVDSOFunctions(t *testing.T) {
	for _, inside := range []bool{false, true} {
		t.Run(fmt.Sprint(inside), func(t *testing.T) {
			p := start(t, tabletest.Fixture{Source: "vdsocalls.c"}, "clock_gettime")
			p.runTo("guarded")
			p.Policy().Inside = inside
			for n := 0; n < 100; n++ {
				r, err := p.Regs(p.Thread())
				if err != nil {
					t.Fatal(err)
				}
				var code [machine.MaxLen]byte
				got, _ := p.process.ReadMemory(r.PC(), code[:])
				i, err := ptrace.Arch().Decode(r.PC(), code[:got])
				if err != nil {
					t.Fatal(err)
				}
				stop := p.stepi(1)
				if i.Kind != machine.IndirectCall {
					continue
				}
				if _, in := p.VDSO().Entry(stop.PC); in != inside || (len(stop.Units) == 0) != inside {
					t.Errorf("the call leads to %s", p.describe(stop))
				}
				p.wantExit(0)
				return
			}
			t.Error("the call was not reached")
		})
	}
}
