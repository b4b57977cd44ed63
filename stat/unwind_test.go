package stat

import (
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"rseqstep/stat/perf"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/table/tabletest"
)

// signs are three functions that call each other and sign their return addresses; the third is the outermost.
const signs = `
	.text
	.type inner, %function
inner:	.cfi_startproc
	paciasp
	.cfi_negate_ra_state
	nop
	retaa
	.cfi_endproc
	.type outer, %function
outer:	.cfi_startproc
	paciasp
	.cfi_negate_ra_state
	stp x29, x30, [sp, #-16]!
	.cfi_def_cfa_offset 16
	.cfi_offset 29, -16
	.cfi_offset 30, -8
	bl inner
	nop
	.cfi_endproc
	.type first, %function
first:	.cfi_startproc
	.cfi_undefined x30
	bl outer
	nop
	.cfi_endproc
`

// A record's return addresses are signed, in a register and on the stack; the mask is the machine's.
func TestSignedReturnAddressesAreFollowed(t *testing.T) {
	dir := t.TempDir()
	source, lib := filepath.Join(dir, "signs.s"), filepath.Join(dir, "signs.so")
	if err := os.WriteFile(source, []byte(signs), 0o600); err != nil {
		t.Fatal(err)
	}
	gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), "-shared", "-nostdlib", "-march=armv8.3-a", "-o", lib, source)
	if out, err := gcc.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	at := symbolsOf(t, lib)
	const inOuter, inFirst = 12, 4 // behind the calls
	for name, c := range map[string]struct {
		mask         uint64
		low          uint64 // where the library is
		first, outer uint64 // the signatures of the addresses in inner's and outer's callers
		want         []string
	}{
		"of 48 bits":        {0x7f << 48, 0xffff_9000_0000, 0x5a << 48, 0x21 << 48, []string{"inner", "outer", "first"}},
		"of 52 bits":        {0x7 << 52, 0xf_ffff_9000_0000, 5 << 52, 0, []string{"inner", "outer", "first"}},
		"of 39 bits":        {0xffff << 39, 0x7f_9000_0000, 0xaaaa << 39, 0x5555 << 39, []string{"inner", "outer", "first"}},
		"nothing is signed": {0, 0xffff_9000_0000, 0, 0, []string{"inner", "outer", "first"}},
		"no mask":           {0, 0xffff_9000_0000, 0, 1 << 48, []string{"inner", "outer"}},
	} {
		files := NewFiles()
		defer files.Close()
		u, err := newUnwinder(files, "aarch64", c.mask)
		if err != nil {
			t.Fatal(err)
		}
		const stack = 0x7ff0
		s := &perf.Sample{Registers: make([]uint64, len(u.wants)), Memory: make([]byte, 32)}
		set := func(reg int, v uint64) { s.Registers[reg] = v }
		set(int(arm64.X30-arm64.X0), c.low+at["outer"]+inOuter|c.first)
		set(int(arm64.SP-arm64.X0), stack)
		set(int(arm64.PC-arm64.X0), c.low+at["inner"]+4)
		for n := range 8 {
			s.Memory[8+n] = byte((c.low + at["first"] + inFirst | c.outer) >> (8 * n))
		}
		var got []string
		for _, f := range u.stack(s, codeMap{{start: c.low, end: c.low + 1<<20, file: lib}}) {
			function, _, _, _ := files.Function(f)
			got = append(got, function)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: the stack is %q, not %q", name, got, c.want)
		}
	}
}

// symbolsOf are those of a library, which is linked at 0.
func symbolsOf(t *testing.T, path string) map[string]uint64 {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list, err := f.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]uint64{}
	for _, s := range list {
		out[s.Name] = s.Value
	}
	return out
}
