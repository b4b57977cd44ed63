package arm64

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// The names of the vDSO's functions, and the way out of them: the return address is in x30, or in
// the frame.
func TestVDSOFunctionsAreLeft(t *testing.T) {
	image := vdsoImage(t, "-fasynchronous-unwind-tables")
	const base, sp, caller = 0x7f0000000, 0x7ffff000, 0x401234
	v, err := machine.ParseVDSO(Arch(), image, base)
	if err != nil {
		t.Fatal(err)
	}
	functions := map[string]machine.VDSOFunction{}
	for _, f := range v.Functions {
		functions[f.Short] = f
	}
	gettime := functions["clock_gettime"]
	for _, name := range []string{"clock_gettime", "clock_getres", "rt_sigreturn"} {
		if f, ok := functions[name]; !ok || f.Name != "__kernel_"+name || len(f.Aliases) != 0 {
			t.Errorf("%s: %+v", name, f)
		}
	}
	mem := memory{}
	for n, b := range image {
		mem[base+table.Addr(n)] = b
	}
	r := Regs(machine.Words{SP: sp, X30: caller, X29: 0x1111, PSTATE: 2 << 10})
	var helper table.Addr
	for r.SetPC(gettime.Start); r.PC() < gettime.End; r.SetPC(r.PC() + 4) {
		i, ok := insnAt(r.PC(), mem)
		if !ok {
			t.Fatalf("no instruction at %v", r.PC())
		}
		ra, cfa, err := v.ReturnAddress(r.PC(), &r, mem)
		if err != nil || ra != caller || cfa != sp {
			t.Fatalf("at %v (%s): return to %v, stack pointer %v, %v", r.PC(), Arch().Format(&i, nil), ra, cfa, err)
		}
		if i.Kind == machine.Call {
			helper = i.Target
			break
		}
		at, size, stores := i.StoreAddress(&r)
		switch value, known := i.StoreValue(&r, mem); {
		case !stores:
		case known && size == 8:
			mem.put64(at, value)
		case i.Store.Base == SP && size == 16 && i.Writes.Has(SP): // the frame: x29 and x30
			mem.put64(at, r.W[X29])
			mem.put64(at+8, r.W[X30])
			r.SetSP(at)
		}
	}
	if helper == 0 {
		t.Fatal("clock_gettime calls nothing")
	}
	r.W[X30] = uint64(r.PC() + 4)
	r.SetPC(helper)
	f, err := v.Leave(&r, mem)
	if err != nil || f.Function.Short != "clock_gettime" || f.Caller.PC() != caller || f.CFA() != sp || f.Caller.W[X29] != 0x1111 || f.Inner >= sp {
		t.Errorf("from the helper: %+v, %v", f, err)
	}
	if _, err := machine.ParseVDSO(Arch(), image[:64], base); !errors.Is(err, machine.ErrNotVDSO) {
		t.Errorf("half an image: %v", err)
	}
}

// The kernel's vDSO for arm64 has no call frame information for most of its functions: until one changes the
// stack pointer, its return address is in x30.
func TestVDSOFunctionsWithoutFrameInformationAreLeft(t *testing.T) {
	image := vdsoImage(t, "-fno-asynchronous-unwind-tables", "-fno-unwind-tables")
	const base, sp, caller = 0x7f0000000, 0x7ffff000, 0x401234
	v, err := machine.ParseVDSO(Arch(), image, base)
	if err != nil {
		t.Fatal(err)
	}
	mem := memory{}
	for n, b := range image {
		mem[base+table.Addr(n)] = b
	}
	leaves := 0
	for _, f := range v.Functions {
		r, moved := Regs(machine.Words{SP: sp, X30: caller}), false
		for r.SetPC(f.Start); r.PC() < f.End; r.SetPC(r.PC() + 4) {
			left, err := v.Leave(&r, mem)
			ra, cfa, _ := v.ReturnAddress(r.PC(), &r, mem)
			switch {
			case moved && !errors.Is(err, machine.ErrNoFrame):
				t.Errorf("at %v of %s: %+v, %v", r.PC(), f.Name, left, err)
			case !moved && (err != nil || left.Caller.PC() != caller || left.CFA() != sp || left.Function.Start != f.Start || ra != caller || cfa != sp):
				t.Errorf("at %v of %s: return to %v, %+v, %v", r.PC(), f.Name, ra, left, err)
			}
			i, ok := insnAt(r.PC(), mem)
			if !ok {
				break
			}
			moved = moved || i.Writes.Has(SP) || i.Writes.Has(X30)
		}
		if !moved {
			leaves++
		}
	}
	if leaves == 0 || leaves == len(v.Functions) {
		t.Errorf("%d of %d functions have no frame", leaves, len(v.Functions))
	}
}

// vdsoImage compiles testdata/vdso.c.
func vdsoImage(t *testing.T, flags ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "vdso.so")
	args := append([]string{"-shared", "-fPIC", "-O1", "-nostdlib", "-fno-omit-frame-pointer", "-o", path, filepath.Join("testdata", "vdso.c")}, flags...)
	if out, err := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), args...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	image, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return image
}
