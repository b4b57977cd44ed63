package amd64

import (
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

func TestPrologueIsMeasured(t *testing.T) {
	for text, want := range map[string][2]int{
		"55 48 89 e5 90":             {1, 4},
		"f3 0f 1e fa 55 48 8b ec":    {5, 8},
		"f3 0f 1e fa 55 48 83 ec 08": {0, 0},
		"55 48 83 ec 08":             {0, 0},
		"55 48 89":                   {0, 0},
		"c3":                         {0, 0},
		"":                           {0, 0},
	} {
		if saved, set := Arch().Prologue(code(t, text)); saved != want[0] || set != want[1] {
			t.Errorf("%s: %d, %d", text, saved, set)
		}
	}
}

func TestWhatEndsWithACallIsSeen(t *testing.T) {
	for text, want := range map[string]bool{
		"90 90 e8 00 00 00 00": true,
		"90 90 90 90 90 ff d0": true, // call *%rax
		"90 ff 15 00 00 00 00": true, // call *disp(%rip)
		"90 90 90 90 90 ff e0": false,
		"90 90 90 90 90 90 90": false,
	} {
		mem := memory{}
		mem.put(0x1000, code(t, text)...)
		if got := Arch().AfterCall(0x1007, mem); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	if Arch().AfterCall(0x1007, memory{}) {
		t.Error("a call was seen where nothing can be read")
	}
}

func TestSignalTrampolineTellsWhatWasInterrupted(t *testing.T) {
	for _, text := range []string{sigreturnRAX, sigreturnEAX} {
		mem := memory{}
		mem.put(0x1000, []byte(text)...)
		mem.put(0x1000-7, make([]byte, 7)...)
		mem.put(0x1000+table.Addr(len(text)), make([]byte, 9)...)
		for n, x := range mcontext {
			mem.put64(0x7000+ucontextMC+table.Addr(8*n), 0x100+uint64(x))
		}
		for _, pc := range []uint64{0x1000, 0x1000 + uint64(len(text)) - 2} { // the mov, and the system call
			r := regs(machine.Words{RIP: pc, RSP: 0x7000, FSBase: 5})
			was, ok := Arch().Interrupted(r, mem)
			if !ok || was.PC() != table.Addr(0x100+uint64(RIP)) || was.W[R8] != 0x100+uint64(R8) || was.W[FSBase] != 5 || was.InSyscall() {
				t.Errorf("% x at %#x: %v, %v", text, pc, was.W, ok)
			}
			r.SetSP(0x9000)
			if _, ok := Arch().Interrupted(r, mem); ok {
				t.Error("registers were read where nothing is")
			}
		}
		if _, ok := Arch().Interrupted(regs(machine.Words{RIP: 0x1001, RSP: 0x7000}), mem); ok {
			t.Errorf("% x: one byte on it is a trampoline still", text)
		}
	}
	mem := memory{} // the trampoline begins what can be read
	mem.put(0x1000, []byte(sigreturnEAX)...)
	mem.put(0x7000+ucontextMC, make([]byte, 8*len(mcontext))...)
	if _, ok := Arch().Interrupted(regs(machine.Words{RIP: 0x1000, RSP: 0x7000}), mem); !ok {
		t.Error("a trampoline at the beginning of its page is not seen")
	}
}

func TestStubsLeadThroughTheirSlots(t *testing.T) {
	lazy := "ff 35 00 00 00 00 ff 25 00 00 00 00 90 90 90 90" + // entry 0
		"ff 25 10 00 00 00 68 00 00 00 00 e9 00 00 00 00" + // jmp *slot; push; jmp
		"f3 0f 1e fa f2 ff 25 20 00 00 00 90 90 90 90 90" + // endbr64; bnd jmp *slot
		"ff 25 30 00 00 00 66 90 ff 25 40 00 00 00 66 90" + // two of 8 bytes
		"4c 8b 1d 50 00 00 00 90 90 90 90 90 90 90 90 90" + // mov slot,%r11
		"90 90 90 90 90 90 90 90 90 90 90 90 90 90 90 90"
	b := code(t, lazy)
	plt := machine.PLT{Low: 0x1000, High: 0x1000 + uint64(len(b)), Lazy: true}
	read := func(at uint64, p []byte) error {
		if at-plt.Low+uint64(len(p)) > uint64(len(b)) {
			return errors.New("outside")
		}
		copy(p, b[at-plt.Low:])
		return nil
	}
	for a, want := range map[uint64]machine.Stub{
		0x1003: {}, 0x1010: {Low: 0x1010, High: 0x1020, Slot: 0x1026}, 0x101f: {Low: 0x1010, High: 0x1020, Slot: 0x1026},
		0x1025: {Low: 0x1020, High: 0x1030, Slot: 0x104b}, 0x1030: {Low: 0x1030, High: 0x1038, Slot: 0x1066},
		0x1039: {Low: 0x1038, High: 0x1040, Slot: 0x107e}, 0x1041: {Low: 0x1040, High: 0x1050, Slot: 0x1097}, 0x1050: {},
	} {
		if s, ok := Arch().Stub(plt, a, read); s != want || ok != (want.Slot != 0) {
			t.Errorf("%#x: %#x, %v, not %#x", a, s, ok, want)
		}
	}
	for a, want := range map[uint64]table.Addr{0x1000: 8, 0x1006: 16, 0x1010: 0, 0x1016: 0, 0x101b: 8} {
		if got := Arch().Pushed(plt, a); got != want {
			t.Errorf("before %#x %d bytes are pushed, not %d", a, got, want)
		}
	}
	plt.Lazy = false
	if got := Arch().Pushed(plt, 0x101b); got != 0 {
		t.Errorf("%d bytes are pushed in a section without the resolver's entry", got)
	}
}
