package stepper_test

import (
	"encoding/binary"
	"runtime"
	"strings"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// vdsoFunctions are the arguments of vdsocalls.c that call a function of the vDSO in the usual
// way; they are also the functions' names.
var vdsoFunctions = perArch(
	[]string{"clock_gettime", "gettimeofday", "time", "clock_getres", "getcpu", "getrandom"},
	[]string{"clock_gettime", "gettimeofday", "clock_getres", "getrandom"})

// loopingFunctions are those arguments for functions that a loop can be left in by the system call: on arm64 not
// getrandom, in whose frame nothing tells the way out (its loops end by themselves).
var loopingFunctions = perArch(append([]string{"timenull"}, vdsoFunctions...), []string{"clock_gettime", "gettimeofday", "clock_getres"})

// inVDSO is the symbol of such a function.
func inVDSO(function string) string { return ptrace.Arch().VDSOPrefix + function }

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
		if f.Name == inVDSO(function) {
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
		if function != "getrandom" || p.regs.Arguments()[0] != 0 {
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
	i, err := ptrace.Arch().Decode(a, code[:n])
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

// jump is the code of a jump at an address to another one nearby.
func jump(at, to table.Addr) []byte {
	if runtime.GOARCH == "arm64" {
		return binary.LittleEndian.AppendUint32(nil, 0x14000000|uint32(to-at)/4&0x3ffffff)
	}
	return []byte{0xeb, byte(to - (at + 2))}
}

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
			case runtime.GOARCH == "arm64":
				p.patch(a, jump(a, i.Target)...)
				n++
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
	switch strings.TrimPrefix(p.f.Name, inVDSO("")) {
	case "time", "clock_getres", "getcpu":
		// They have no loop: make one over the first two instructions, or over the first if the
		// second changes the stack pointer.
		first, _ := p.insn(p.f.Start)
		second, _ := p.insn(first.Next())
		at := second.Next()
		if first.Store.Size != 0 || second.Store.Size != 0 {
			p.t.Fatalf("%s begins with a store", p.f.Name)
		}
		p.patch(at, jump(at, p.f.Start)...)
	case "getrandom":
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
	if !ok || !backward(&i) || !i.ByFlag || !p.f.Contains(i.Addr) {
		return false
	}
	reg := perArch(amd64.EFLAGS, arm64.PSTATE)
	for _, flags := range perArch([]uint64{0, 0x40, 0x1, 0x41, 0x80, 0x800}, []uint64{0, 4 << 28, 2 << 28, 6 << 28, 8 << 28, 1 << 28}) { // none, Z, C, both, S or N, O or V
		r.W[reg] = r.W[reg]&^perArch[uint64](0x8c1, 0xf<<28) | flags
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
	if got := p.now(); got.PC() != p.back || got.SP() != p.regs.EntryCFA() {
		p.t.Errorf("want the thread at %v with the stack pointer %v, got %v with %v", p.back, p.regs.EntryCFA(), got.PC(), got.SP())
	}
}
