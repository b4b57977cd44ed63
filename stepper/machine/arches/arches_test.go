package arches

import (
	"bytes"
	"debug/elf"
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func TestArchitectureIsThatOfTheELFHeader(t *testing.T) {
	for _, a := range All() {
		if got, err := Of(a.Machine, elf.ELFCLASS64); got != a || err != nil {
			t.Errorf("%v: %v, %v", a.Machine, got, err)
		}
		if got, err := Of(a.Machine, elf.ELFCLASS32); got != nil || !errors.Is(err, ErrUnknown) {
			t.Errorf("%v of 32 bits: %v, %v", a.Machine, got, err)
		}
	}
	if got, err := Of(elf.EM_NONE, elf.ELFCLASS64); got != nil || !errors.Is(err, ErrUnknown) {
		t.Errorf("no machine: %v, %v", got, err)
	}
}

// nothing is unreadable memory.
type nothing struct{}

func (nothing) ReadMemory(table.Addr, []byte) (int, error) { return 0, errors.New("nothing there") }

// Registers that nobody has read are those of a thread that is gone: whoever asks
// before it finds that out gets no answer, and no panic.
func TestRegistersOfNoArchitectureHoldNothing(t *testing.T) {
	var r machine.Regs
	r.Restart()
	if r.PC() != 0 || r.SP() != 0 || r.FP() != 0 || r.EntryCFA() != 0 || r.ThreadPointer() != 0 || r.Restarts() || r.PassesDebug() ||
		r.Arguments() != [6]uint64{} || r.SyscallArguments() != [6]uint64{} || r.Results() != [2]uint64{} || r.DWARF(0) != nil || r != (machine.Regs{}) {
		t.Errorf("%v", r.W)
	}
	if _, ok := r.ReturnAddress(nothing{}); ok {
		t.Error("they have a return address")
	}
}

// What is asked of registers by meaning has an answer on each architecture, and no
// two things have the same one.
func TestEveryArchitectureAnswersWhatIsAskedOfRegisters(t *testing.T) {
	for _, a := range All() {
		t.Run(a.Name, func(t *testing.T) {
			if a.Words >= len(machine.Words{}) || len(a.Names) <= a.Words {
				t.Fatalf("%d words, %d names, and a Regs has room for %d words", a.Words, len(a.Names), len(machine.Words{}))
			}
			var w machine.Words
			for x := range w {
				w[x] = 0x100 + uint64(x)
			}
			r := a.Regs(w)
			if r.W[machine.NoReg] != 0 || r.Arch() != a {
				t.Error("NoReg holds something, or the registers are of another architecture")
			}
			back := a.RegsOf(r.Bytes())
			for x := range r.W[:1+a.Words] {
				if r.W[x] != back.W[x] {
					t.Errorf("word %d is lost", x)
				}
			}
			places := []machine.Reg{a.PC, a.SP, a.FP, a.Flags, a.Syscall, a.ThreadPointer}
			seen := map[machine.Reg]bool{machine.NoReg: true}
			for _, x := range places {
				if seen[x] {
					t.Errorf("register %d is two things, or none: %v", x, places)
				}
				seen[x] = true
			}
			r.SetPC(1)
			r.SetSP(0x9000)
			r.SetFP(3)
			r.ForgetSyscall()
			if r.PC() != 1 || r.SP() != 0x9000 || r.FP() != 3 || r.InSyscall() || r.Restarts() {
				t.Errorf("%v", r.W)
			}
			r.EnterFunction(7, 0x8000, []uint64{1, 2, 3, 4, 5, 6, 7, 8}, 0)
			r.SetResultAddress(9)
			if r.PC() != 7 || r.SP() != 0x8000 || r.Arguments() != [6]uint64{1, 2, 3, 4, 5, 6} || r.W[a.Flags]&a.Entered != 0 {
				t.Errorf("at a function's first instruction: %v", r.W)
			}
			if _, ok := r.ReturnAddress(nothing{}); ok != (a.Link != machine.NoReg) {
				t.Error("a return address from no stack")
			}
			r.SetResult(8)
			if r.Results()[0] != 8 {
				t.Errorf("the result is %d", r.Results()[0])
			}
			for n, x := range a.DWARF {
				if at := r.DWARF(uint64(n)); (at == nil) != (x == machine.NoReg) {
					t.Errorf("DWARF register %d is %v", n, at)
				}
			}
			names := map[string]bool{}
			for x, name := range a.Names[1:] {
				if name == "" || names[name] {
					t.Errorf("word %d has the name %q, as another one has", x+1, name)
				}
				names[name] = true
			}
			for _, code := range []string{a.Breakpoint, a.Halt} {
				if code == "" {
					continue // no halt
				}
				i, err := a.Decode(0x1000, []byte(code))
				if err != nil || i.Kind != machine.Trap || !bytes.Equal(i.Bytes(), []byte(code)) {
					t.Errorf("% x: %+v, %v", code, i, err)
				}
			}
		})
	}
}
