package arm64

import (
	"debug/elf"
	"encoding/binary"
	"errors"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

const (
	nop      word = 0xd503201f
	ret      word = 0xd65f03c0
	movX29SP word = 0x910003fd // mov x29, sp
	pushPair word = 0xa9bd7bfd // stp x29, x30, [sp, #-48]!
	subSP    word = 0xd10083ff // sub sp, sp, #32
	blHere   word = 0x94000000
	blrX3    word = 0xd63f0060
	blraazX3 word = 0xd63f087f
	brX3     word = 0xd61f0060
	addX16   word = 0x91002210 // add x16, x16, #8
	brX17    word = 0xd61f0220
)

func TestPrologueIsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		code []byte
		want [2]int
	}{
		"plain":         {bytesOf(pushPair, movX29SP, nop), [2]int{4, 8}},
		"signed":        {bytesOf(paciasp, pushPair, movX29SP), [2]int{8, 12}},
		"bti":           {bytesOf(btiC, pushPair, movX29SP), [2]int{8, 12}},
		"more saved":    {bytesOf(pushPair, 0xf9000bf5, 0xa90253f3, movX29SP), [2]int{4, 16}}, // str x21; stp x19, x20
		"room first":    {bytesOf(subSP, 0xa9057bfd, 0xf90033f5, 0xa9074ff4, 0x910143fd, nop), [2]int{20, 20}},
		"vectors saved": {bytesOf(pushPair, 0x6d0123e9, movX29SP), [2]int{4, 12}}, // stp d9, d8
		"no pair":       {bytesOf(subSP, nop, movX29SP), [2]int{}},
		"none saved":    {bytesOf(subSP, movX29SP), [2]int{}},
		"no frame":      {bytesOf(paciasp, pushPair, nop), [2]int{}},
		"not set":       {bytesOf(pushPair, 0xf9000bf5), [2]int{}},
		"the end of it": {bytesOf(pushPair), [2]int{}},
		"nothing":       {nil, [2]int{}},
		"half a word":   {[]byte{1, 2}, [2]int{}},
	} {
		if saved, set := Arch().Prologue(c.code); saved != c.want[0] || set != c.want[1] {
			t.Errorf("%s: %d, %d", name, saved, set)
		}
	}
}

func TestWhatEndsWithACallIsSeen(t *testing.T) {
	for w, want := range map[word]bool{blHere: true, blrX3: true, blraazX3: true, brX3: false, nop: false} {
		mem := memory{}
		mem.put(0x1000, w)
		if got := Arch().AfterCall(0x1004, mem); got != want {
			t.Errorf("%08x: %v", w, got)
		}
		if Arch().AfterCall(0x1008, mem) || Arch().AfterCall(0x1005, mem) {
			t.Errorf("%08x: a call where there is none", w)
		}
	}
}

func TestSignalTrampolineTellsWhatWasInterrupted(t *testing.T) {
	mem := memory{}
	mem.put(0x1000, nop, movX8Sig, svc0, nop)
	for n := range int(PSTATE) {
		mem.put64(0x7000+frameRegs+table.Addr(8*n), 0x100+uint64(n))
	}
	for pc, want := range map[table.Addr]bool{0x1000: false, 0x1004: true, 0x1008: true, 0x100c: false, 0x1005: false} {
		r := Regs(machine.Words{PC: uint64(pc), SP: 0x7000, TPIDR: 5, SystemCall: 139})
		was, ok := Arch().Interrupted(&r, mem)
		if ok != want || ok && (was.W[X0] != 0x100 || was.W[X30] != 0x100+30 || was.SP() != 0x100+31 || was.PC() != 0x100+32 || was.W[PSTATE] != 0x100+33 || was.W[TPIDR] != 5 || was.InSyscall()) {
			t.Errorf("at %v: %v, %v", pc, was.W, ok)
		}
		r.SetSP(0x9000)
		if _, ok := Arch().Interrupted(&r, mem); ok {
			t.Error("registers were read where nothing is")
		}
	}
}

// A thread that is moved need not stand at a place for indirect branches.
func TestMovedThreadsForgetTheKindOfTheirLastBranch(t *testing.T) {
	r := Regs(machine.Words{PSTATE: pstateZ | 2<<10})
	before := r
	if r.SetPC(0x1234); r.PC() != 0x1234 || r.W[PSTATE] != pstateZ {
		t.Errorf("cpsr is %#x", r.W[PSTATE])
	}
	if r = before; r.W[PSTATE] != pstateZ|2<<10 {
		t.Error("it is not put back")
	}
}

func TestBranchesAreFoundByTheirBytes(t *testing.T) {
	words := []word{nop, 0x14000003, 0x54000060, 0xb4000061, 0x37080062, blHere + 3, brX3, ret, 0x74000060, nop}
	code := append([]byte{1, 2}, bytesOf(words...)...) // begins 2 bytes before a word
	found := map[table.Addr]table.Addr{}
	Arch().Branches(0xffe, code, machine.Range{Low: 0x1000, High: 0x1100}, false, func(from, to table.Addr) { found[from] = to })
	want := map[table.Addr]table.Addr{0x1004: 0x1010, 0x1008: 0x1014, 0x100c: 0x1018, 0x1010: 0x101c, 0x1014: 0x1020, 0x1020: 0x102c}
	for from, to := range want {
		if found[from] != to {
			t.Errorf("from %v to %v, not %v", from, found[from], to)
		}
	}
	if len(found) != len(want) {
		t.Errorf("%v", found)
	}
}

// Loads finds every instruction that Constant takes for one that loads the number by itself, but for
// those of logical immediates, which assemblers use for no number that mov can load.
func TestLoadsFindsWhatTheDecoderFinds(t *testing.T) {
	const at = 0x1000
	words := []word{
		0xd28024a8, 0x528024a8, // mov x8, #293; mov w8, #293
		0x528024a0, 0xd2a024a8, 0xf28024a8, 0x928024a8, 0x528024c8, // w0; lsl #16; movk; movn; #294
		nop, 0x910494e8, 0x528024a8,
	}
	code := append([]byte{1, 2}, bytesOf(words...)...) // begins 2 bytes before a word
	var got, want []table.Addr
	Arch().Loads(at-2, code, 293, func(from table.Addr) { got = append(got, from) })
	for n, w := range words {
		i, err := Arch().Decode(at+table.Addr(4*n), bytesOf(w))
		if err != nil {
			t.Fatal(err)
		}
		if _, value, ok := Arch().Constant(&i, nil); ok && value == 293 {
			want = append(want, i.Addr)
		}
	}
	if !slices.Equal(got, want) || len(got) != 4 {
		t.Errorf("%v, want %v", got, want)
	}
}

// The linker's tables, with and without signed pointers and landing pads.
func TestStubsLeadThroughTheirSlots(t *testing.T) {
	gcc := tabletest.NeedTool(t, "aarch64-linux-gnu-gcc")
	for _, option := range []string{"-fPIC", "-Wl,-z,force-bti,-z,pac-plt", "-Wl,-z,force-bti", "-Wl,-z,pac-plt"} {
		t.Run(option, func(t *testing.T) {
			lib := filepath.Join(t.TempDir(), "lib.so")
			source := filepath.Join("testdata", "stubs.c")
			if out, err := exec.Command(gcc, "-shared", "-fPIC", "-O1", "-mbranch-protection=standard", option, "-o", lib, source).CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			checkStubs(t, lib)
		})
	}
}

// heading is a symbol in objdump's listing: an entry of the table begins there.
var heading = regexp.MustCompile(`(?m)^([0-9a-f]+) <(.*)@plt>:$`)

// checkStubs compares the entries of a library's table with objdump's, and their slots with its
// relocations.
func checkStubs(t *testing.T, lib string) {
	out, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-objdump"), "-d", "-j", ".plt", lib).Output()
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.Open(lib)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	symbols, err := f.DynamicSymbols()
	if err != nil {
		t.Fatal(err)
	}
	slots := map[string]uint64{}
	rela, err := f.Section(".rela.plt").Data()
	if err != nil {
		t.Fatal(err)
	}
	for ; len(rela) >= 24; rela = rela[24:] {
		slots[symbols[binary.LittleEndian.Uint32(rela[12:])-1].Name] = binary.LittleEndian.Uint64(rela)
	}
	s := f.Section(".plt")
	plt := machine.PLT{Low: s.Addr, High: s.Addr + s.Size, Lazy: true}
	read := func(a uint64, p []byte) error { _, err := s.ReadAt(p, int64(a-s.Addr)); return err }
	entries := heading.FindAllStringSubmatch(string(out), -1)
	if len(entries) < 4 {
		t.Fatalf("objdump shows %d entries", len(entries))
	}
	for n, m := range entries {
		low, err := strconv.ParseUint(m[1], 16, 64)
		if err != nil {
			t.Fatal(err)
		}
		high := plt.High
		if n+1 < len(entries) {
			if high, err = strconv.ParseUint(entries[n+1][1], 16, 64); err != nil {
				t.Fatal(err)
			}
		}
		want := machine.Stub{Low: low, High: high, Slot: slots[m[2]]}
		for a := low; a < high; a++ {
			if got, ok := Arch().Stub(plt, a, read); got != want || !ok {
				t.Errorf("%s, %#x: %#x, %v, not %#x", m[2], a, got, ok, want)
			}
		}
	}
	first, err := strconv.ParseUint(entries[0][1], 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	for a := plt.Low; a < first; a++ {
		if got, ok := Arch().Stub(plt, a, read); ok {
			t.Errorf("the first entry, %#x: %#x", a, got)
		}
	}
}

func TestStubsThatAreNone(t *testing.T) {
	code := bytesOf(stpX16X30, 0x90000010, 0xf9400211, addX16, brX17, nop, nop, nop)
	plt := machine.PLT{Low: 0x1000, High: 0x1000 + uint64(len(code)), Lazy: true}
	read := func(a uint64, p []byte) error {
		if a < plt.Low || a+uint64(len(p)) > plt.High {
			return errors.New("outside")
		}
		copy(p, code[a-plt.Low:])
		return nil
	}
	for a := plt.Low - 8; a < plt.High+8; a++ {
		if s, ok := Arch().Stub(plt, a, read); ok {
			t.Errorf("%#x: %#x", a, s)
		}
		want := table.Addr(0)
		if a >= 0x1008 && a < plt.High {
			want = 16
		}
		if got := Arch().Pushed(plt, a); a >= plt.Low && a < plt.High && got != want && a != 0x1004 {
			t.Errorf("%#x: %d bytes are pushed", a, got)
		}
	}
}
