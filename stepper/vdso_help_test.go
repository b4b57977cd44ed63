package stepper_test

import (
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// vdsoFunctions are the arguments of vdsocalls.c that call a function of the vDSO in the usual
// way; they are also the functions' names.
var vdsoFunctions = []string{"clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu", "getrandom"}

// vdsoProgram is vdsocalls.c at the first instruction of the call under test.
type vdsoProgram struct {
	*program
	f     machine.VDSOFunction
	regs  machine.Regs // there
	back  table.Addr   // the return address
	saved map[table.Addr][]byte
}

// atVDSO runs vdsocalls.c with an argument to the call of a function.
func atVDSO(t *testing.T, argument, function string) *vdsoProgram {
	t.Helper()
	p := &vdsoProgram{program: start(t, tabletest.Fixture{Source: "vdsocalls.c"}, argument), saved: map[table.Addr][]byte{}}
	for _, f := range p.VDSO().Functions {
		if f.Name == "__vdso_"+function {
			p.f = f
		}
	}
	if p.f.Name == "" {
		// getrandom exists since Linux 6.11, the unlocking of futexes since a later one;
		// without them there is nothing to test.
		if function == "getrandom" || strings.HasPrefix(function, "futex_") {
			t.Logf("this kernel's vDSO has no %s", function)
			return nil
		}
		t.Fatalf("no %s in the vDSO: %+v", function, p.VDSO().Functions)
	}
	b := p.add(stepper.BreakpointSpec{Addrs: []table.Addr{p.f.Start}})
	for {
		p.wantReason(p.cont(), stepper.StopBreakpoint)
		p.regs = *p.now()
		// The first call of getrandom only asks how large the state is.
		if function != "getrandom" || p.regs.W[amd64.RDI] != 0 {
			break
		}
	}
	if err := p.DeleteBreakpoint(b.Number); err != nil {
		t.Fatal(err)
	}
	back, _, err := p.VDSO().ReturnAddress(p.f.Start, &p.regs, p.process)
	if err != nil {
		t.Fatal(err)
	}
	p.back = back
	return p
}

// now is the register state of the selected thread.
func (p *vdsoProgram) now() *machine.Regs {
	p.t.Helper()
	r, err := p.Regs(p.Thread())
	if err != nil {
		p.t.Fatal(err)
	}
	return &r
}

// insn decodes the instruction at a.
func (p *vdsoProgram) insn(a table.Addr) (machine.Insn, bool) {
	p.t.Helper()
	var code [machine.MaxLen]byte
	n, _ := p.process.ReadMemory(a, code[:])
	i, err := amd64.Arch().Decode(a, code[:n])
	return i, err == nil
}

// patch changes code until restore.
func (p *vdsoProgram) patch(a table.Addr, code ...byte) {
	p.t.Helper()
	was := make([]byte, len(code))
	if _, err := p.process.ReadMemory(a, was); err != nil {
		p.t.Fatal(err)
	}
	p.saved[a] = was
	if _, err := p.WriteMemory(a, code); err != nil {
		p.t.Fatal(err)
	}
}

func (p *vdsoProgram) restore() {
	p.t.Helper()
	for a, code := range p.saved {
		if _, err := p.WriteMemory(a, code); err != nil {
			p.t.Fatal(err)
		}
	}
}

// backward reports whether an instruction is a conditional backward jump.
func backward(i *machine.Insn) bool { return i.Kind == machine.CondJump && i.Target <= i.Addr }

// always makes every conditional backward jump in [low, high) unconditional, so that a loop
// never ends, and returns their number. If once is true, it stops at the first return.
func (p *vdsoProgram) always(low, high table.Addr, once bool) (n int) {
	p.t.Helper()
	for a := low; a < high; {
		i, ok := p.insn(a)
		if !ok {
			a++
			continue
		}
		if code := i.Bytes(); backward(&i) && i.Target >= low {
			switch {
			case len(code) == 2 && code[0]>>4 == 7: // jcc rel8: jmp rel8
				p.patch(a, 0xeb)
				n++
			case len(code) == 6 && code[0] == 0x0f: // jcc rel32: nop, jmp rel32
				p.patch(a, 0x90, 0xe9)
				n++
			}
		}
		if once && i.Kind == machine.Return {
			break
		}
		a = i.Next()
	}
	return n
}

// stick makes the function loop for ever.
func (p *vdsoProgram) stick() {
	p.t.Helper()
	switch p.f.Name {
	case "__vdso_time", "__vdso_clock_getres", "__vdso_getcpu":
		// They have no loop: make one over the first two instructions, or over the first if the
		// second changes the stack pointer.
		first, _ := p.insn(p.f.Start)
		second, _ := p.insn(first.Next())
		at := second.Next()
		if first.Store.Size != 0 || second.Store.Size != 0 {
			p.t.Fatalf("%s begins with a store", p.f.Name)
		}
		p.patch(at, 0xeb, byte(p.f.Start-(at+2)))
	case "__vdso_getrandom":
		// Use the ChaCha20 core behind it, whose loop stores nothing.
		if p.always(p.f.End, p.VDSO().High, true) == 0 {
			p.t.Fatal("no loop found behind getrandom")
		}
	default:
		if p.always(p.f.Start, p.f.End, false) == 0 {
			p.t.Fatalf("no loop found in %s", p.f.Name)
		}
	}
}

// bend sets the flags so that the conditional backward jump at the PC is taken. It returns
// false at any other instruction.
func (p *vdsoProgram) bend() bool {
	p.t.Helper()
	r := p.now()
	i, ok := p.insn(r.PC())
	if !ok || !backward(&i) || !p.f.Contains(i.Addr) {
		return false
	}
	for _, flags := range []uint64{0, 0x40, 0x1, 0x41, 0x80, 0x800} { // none, ZF, CF, both, SF, OF
		r.W[amd64.EFLAGS] = r.W[amd64.EFLAGS]&^(0x8c1) | flags
		if taken, known := i.Taken(r); taken && known {
			if err := p.SetRegs(p.Thread(), *r); err != nil {
				p.t.Fatal(err)
			}
			return true
		}
	}
	p.t.Fatalf("cannot make the jump at %v be taken", i.Addr)
	return false
}

// stepOut steps instructions until the thread is back in the function's caller, and returns the
// last Stop. It calls before before each step.
func (p *vdsoProgram) stepOut(max int, before func()) (stop stepper.Stop, steps int) {
	p.t.Helper()
	for steps = 1; steps <= max; steps++ {
		if before != nil {
			before()
		}
		stop = p.stepi(1)
		p.wantReason(stop, stepper.StopStep)
		if stop.PC == p.back {
			return stop, steps
		}
	}
	p.t.Fatalf("%d instructions, and %s has not returned: %s", max, p.f.Name, p.describe(stop))
	return stop, 0
}

// wantLeft fails the test unless a Stop says, with these words, that a rung of the ladder has
// ended the function.
func (p *vdsoProgram) wantLeft(stop stepper.Stop, rung stepper.Rung, words string) {
	p.t.Helper()
	notes := strings.Join(stop.Notes, "\n")
	if len(stop.Units) != 1 || stop.Units[0].Section != p.f.Name || stop.Units[0].Result != stepper.Returned ||
		stop.Units[0].Rung != rung || stop.Units[0].Exit != p.back || !strings.Contains(notes, words) {
		p.t.Errorf("want %s left on rung %d (%q), got %s", p.f.Name, rung, words, p.describe(stop))
	}
	if got := p.now(); got.PC() != p.back || got.W[amd64.RSP] != p.regs.W[amd64.RSP]+8 {
		p.t.Errorf("want the thread at %v with rsp %#x, got %v with %#x", p.back, p.regs.W[amd64.RSP]+8, got.PC(), got.W[amd64.RSP])
	}
}
