package symbols

import (
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// arm64Names are readelf's names of the columns, by number.
func arm64Names() (names []string) {
	for n := range 30 {
		names = append(names, fmt.Sprintf("x%d", n))
	}
	return append(names, "ra", "sp", "pc")
}

func TestRowsForARM64AreThoseOfReadelf(t *testing.T) {
	libc, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"libc": strings.TrimSpace(string(libc)), "signed": signing(t)} {
		t.Run(name, func(t *testing.T) {
			out, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-readelf"), "--debug-dump=frames-interp", "--wide", path).Output()
			if err != nil {
				t.Fatal(err)
			}
			n := compareRows(t, alone(t, path).modules[0].img.frames(), arm64Names(), string(out))
			if t.Logf("%d rows", n); n < 8 {
				t.Errorf("only %d rows compared", n)
			}
		})
	}
}

// signing is a library whose functions sign their return addresses.
func signing(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "signing.so")
	source := filepath.Join(tabletest.Root(t), "testdata", "arm64", "calls.c")
	gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-shared", "-fPIC", "-O1", "-nostdlib", "-mbranch-protection=pac-ret+leaf", "-fasynchronous-unwind-tables", "-o", path, source)
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// Between paciasp and autiasp the rules say that the return address is signed.
func TestRulesSayWhereReturnAddressesAreSigned(t *testing.T) {
	m := alone(t, signing(t)).modules[0]
	text := m.img.main.Section(".text")
	code, err := text.Data()
	if err != nil {
		t.Fatal(err)
	}
	const paciasp, autiasp = 0xd503233f, 0xd50323bf
	seen := 0
	for n := 0; n+4 <= len(code); n += 4 {
		before, after := false, true
		switch binary.LittleEndian.Uint32(code[n:]) {
		case paciasp:
		case autiasp:
			before, after = true, false
		default:
			continue
		}
		a := text.Addr + uint64(n)
		row, next := m.img.frames().row(a), m.img.frames().row(a+4)
		if row == nil || next == nil || row.Signed != before || next.Signed != after {
			t.Errorf("%#x: %+v, then %+v", a, row, next)
		}
		seen++
	}
	if seen < 6 {
		t.Errorf("only %d instructions sign or authenticate", seen)
	}
}

// Where a function of the C library begins by setting up a frame, the call frame information agrees:
// the caller's frame pointer is where the stack pointer points, or at the function's own.
func TestProloguesForARM64AgreeWithTheRules(t *testing.T) {
	libc, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-print-file-name=libc.so.6").Output()
	if err != nil {
		t.Fatal(err)
	}
	im := alone(t, strings.TrimSpace(string(libc))).modules[0].img
	section := im.main.Section(".eh_frame")
	data, err := section.Data()
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	im.frameSection(data, section.Addr, true).FDEs(func(_ uint64, f *cfi.FDE) {
		code := make([]byte, machine.PrologueLen)
		if im.main.readAt(f.Low, code) != nil {
			return
		}
		saved, set := im.arch.Prologue(code)
		if set == 0 || f.Low+uint64(set) >= f.High {
			return
		}
		seen++
		row := im.frames().row(f.Low + uint64(set))
		if size := im.arch.FrameSize(code[:set]); row != nil && row.CFA.Reg == 29 && int64(size) != row.CFA.Offset || row != nil && row.CFA.Reg == 31 && int64(size) != -row.Regs[29].N {
			t.Errorf("%#x, behind %d bytes: a frame of %d bytes: %+v", f.Low, set, size, row)
		}
		for n := 0; n <= set; n += 4 {
			row := im.frames().row(f.Low + uint64(n))
			lowered, kept := im.arch.Lowered(code[:n])
			if row == nil || !kept || row.CFA.Reg == 31 && int64(lowered) != row.CFA.Offset {
				t.Errorf("%#x, behind %d bytes: lowered by %d, %v: %+v", f.Low, n, lowered, kept, row)
			}
		}
		if row == nil || row.Regs[29].Kind != cfi.Offset || row.Regs[30].N != row.Regs[29].N+8 {
			t.Errorf("%#x, behind %d bytes: %+v", f.Low, set, row)
		}
		if row := im.frames().row(f.Low + uint64(saved)); saved < set && (row == nil || row.CFA.Reg != 31 || row.Regs[29].N != -row.CFA.Offset) {
			t.Errorf("%#x, behind %d bytes: %+v", f.Low, saved, row)
		}
	})
	if t.Logf("%d prologues", seen); seen < 500 {
		t.Errorf("only %d prologues", seen)
	}
}

// The symbols that tell code from data name nothing.
func TestMarksOfARM64NameNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lib.so")
	source := filepath.Join(tabletest.Root(t), "testdata", "tlslib.c")
	gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-g", "-O1", "-shared", "-fPIC", "-o", path, source)
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	im, marks := alone(t, path).modules[0].img, 0
	for _, table := range im.symtabs() {
		table.each(func(s symbol) {
			if name := table.nameOf(s.name); strings.HasPrefix(name, "$") {
				marks++
				if got, _, _ := im.symbolAt(s.addr); strings.HasPrefix(got, "$") {
					t.Errorf("%#x is named %s", s.addr, got)
				}
			}
		})
	}
	if marks < 5 {
		t.Errorf("only %d marks", marks)
	}
}

// GCC for arm64 has no way to say in DWARF where a thread-local variable is; the symbol table does.
func TestThreadLocalVariablesForARM64(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lib.so")
	for name, text := range map[string]string{
		"one.c": "__thread int shared = 1; static __thread int own = 2; static __thread int other[3] = {3}; int one(void) { return shared + own++ + other[0]++; }",
		"two.c": "static __thread long own = 4; long two(void) { return own++; }",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-g", "-shared", "-fPIC", "-nostdlib", "-o", path, filepath.Join(dir, "one.c"), filepath.Join(dir, "two.c"))
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	m := alone(t, path).modules[0]
	for _, c := range []struct {
		name, unit string
		found      bool
	}{
		{"shared", "", true}, {"own", "", false}, {"own", "/src/one.c", true}, {"own", "two.c", true}, {"other", "one.c", true},
		{"other", "two.c", false}, {"shared", "one.c", false}, {"one", "", false}, {"none", "", false},
	} {
		off, ok := m.ThreadLocal(c.name, c.unit)
		if ok != c.found || off > 32 {
			t.Errorf("%s of %q: %d, %v", c.name, c.unit, off, ok)
		}
	}
	one, _ := m.ThreadLocal("own", "one.c")
	if two, _ := m.ThreadLocal("own", "two.c"); one == two {
		t.Errorf("both variables are at %d", one)
	}
}

// A breakpoint on a function is behind its prologue, where its arguments are on the stack, also if it
// sets up no frame pointer.
func TestBodiesForARM64BeginWithTheSecondRow(t *testing.T) {
	dir := t.TempDir()
	source, path := filepath.Join(dir, "leaf.c"), filepath.Join(dir, "leaf.so")
	if err := os.WriteFile(source, []byte("int leaf(int n) {\n\treturn n + 1;\n}\nint calls(int n) {\n\treturn leaf(n) + 2;\n}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for opt, want := range map[string][2]int{"-O0": {2, 5}, "-O2": {1, 4}} {
		gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-g", opt, "-shared", "-fPIC", "-nostdlib", "-o", path, source)
		if out, err := gcc.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		s := alone(t, path)
		for n, name := range []string{"leaf", "calls"} {
			places, err := s.Lookup(name, 0)
			if err != nil || len(places) != 1 {
				t.Fatalf("%s: %v, %v", name, places, err)
			}
			p := places[0]
			f, ok := s.Function(p.Addr)
			if !ok || opt == "-O0" && (p.Line.Line != want[n] || p.Addr == f.Entry) || opt == "-O2" && p.Addr != f.Entry {
				t.Errorf("%s %s: %+v of %+v", opt, name, p, f)
			}
		}
	}
}

// A return address is found in x30 or on the stack, and its signature is removed if the mask is
// known.
func TestReturnAddressesForARM64(t *testing.T) {
	arch := arm64(t)
	stack := make([]byte, 64)
	const base, mask = 0x7000_0000, 0x007f_0000_0000_0000
	const signedRA = 0x0012_0000_0040_1234
	put(stack[8:], signedRA)
	reg := func(name string) machine.Reg { x, _ := arch.Register(name); return x }
	saved := func(signed bool) *cfi.Row {
		row := &cfi.Row{RA: 30, Signed: signed, Regs: make([]cfi.Rule, 33), CFA: cfi.CFARule{Reg: 31, Offset: 16}}
		row.Regs[29], row.Regs[30] = cfi.Rule{Kind: cfi.Offset, N: -16}, cfi.Rule{Kind: cfi.Offset, N: -8}
		return row
	}
	leaf := &cfi.Row{RA: 30, Regs: make([]cfi.Rule, 33), CFA: cfi.CFARule{Reg: 31}}
	signedLeaf := *leaf
	signedLeaf.Signed = true
	outermost := &cfi.Row{RA: 30, Regs: make([]cfi.Rule, 33), CFA: cfi.CFARule{Reg: 31}}
	outermost.Regs[30].Kind = cfi.Undefined
	for name, c := range map[string]struct {
		row  *cfi.Row
		mask uint64
		want table.Addr // 0: an error
		ends bool
	}{
		"in x30":                 {leaf, mask, 0x40_5678, false},
		"in x30, of no mask":     {leaf, 0, 0x40_5678, false},
		"signed in x30":          {&signedLeaf, mask, 0x40_5678, false},
		"signed in x30, no mask": {&signedLeaf, 0, 0x40_5678, false}, // by a processor that signs nothing
		"saved":                  {saved(true), mask, 0x40_1234, false},
		"saved, no mask":         {saved(true), 0, 0, false},
		"saved, not said":        {saved(false), mask, 0x40_1234, false},
		"the outermost frame":    {outermost, mask, 0, true},
	} {
		var w machine.Words
		w[arch.SP], w[arch.PC], w[arch.Link], w[arch.CodeMask] = base, 0x40_0000, 0x40_5678, c.mask
		w[reg("cpsr")] = 2 << 10
		r := arch.Regs(w)
		m := &Module{}
		st, err := m.apply(c.row, &r, words{base, stack})
		switch {
		case c.ends:
			if err != nil || st.ok {
				t.Errorf("%s: %+v, %v", name, st, err)
			}
		case c.want == 0:
			if err == nil {
				t.Errorf("%s: %v", name, st.caller.PC())
			}
		case err != nil || !st.ok || st.caller.PC() != c.want || st.caller.SP() != table.Addr(base+uint64(c.row.CFA.Offset)):
			t.Errorf("%s: %+v, %v", name, st, err)
		case st.caller.W[reg("cpsr")] != 0:
			t.Errorf("%s: the caller is at the target of an indirect branch", name)
		}
	}
}

// arm64 is the architecture of that name.
func arm64(t *testing.T) *machine.Arch {
	t.Helper()
	for _, a := range arches.All() {
		if a.Name == "aarch64" {
			return a
		}
	}
	t.Fatal("there is none")
	return nil
}
