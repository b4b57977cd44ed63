package opv_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arches"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// sample is a section of a real file.
type sample struct {
	arch   *machine.Arch
	name   string
	body   machine.Body
	code   []byte
	arming *machine.Insn // nil if it was not found
}

// fileSamples decodes every section of a file, at its file addresses.
func fileSamples(t *testing.T, path string) []sample {
	t.Helper()
	file, err := table.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	arch, err := arches.Of(file.Machine, file.Class)
	if err != nil {
		t.Fatal(err)
	}
	module := &table.Module{File: file}
	var all []sample
	for n := range file.Sections {
		p := module.Place(&file.Sections[n])
		s := sample{arch: arch, name: fmt.Sprintf("%s %s %v", filepath.Base(path), p.Section.Symbol, p.Start)}
		s.code = fileBytes(t, file, r, p.Start, int(p.End-p.Start))
		if s.body, err = machine.DecodeBody(s.arch, p, s.code); err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		const before = 64
		lead := fileBytes(t, file, r, p.Start-before, before)
		if at, ok := machine.FindArming(arch, p, p.Start-before, lead); ok {
			i, err := arch.Decode(at, lead[at-(p.Start-before):])
			if err != nil {
				t.Fatalf("%s: %v", s.name, err)
			}
			s.arming = &i
		}
		all = append(all, s)
	}
	return all
}

func fileBytes(t *testing.T, file *table.File, r io.ReaderAt, at table.Addr, n int) []byte {
	t.Helper()
	for _, s := range file.Segments {
		if off := uint64(at) - uint64(s.Addr); off < s.FileSize {
			b := make([]byte, n)
			if _, err := r.ReadAt(b, int64(s.Offset+off)); err != nil {
				t.Fatal(err)
			}
			return b
		}
	}
	t.Fatalf("%v is in no segment", at)
	return nil
}

// fixtureSamples is every section of every C source of testdata, each shape
// of code once.
func fixtureSamples(t *testing.T) []sample {
	t.Helper()
	tabletest.NeedTool(t, "gcc")
	sources, err := filepath.Glob(filepath.Join(tabletest.Root(t), "testdata", "*.c*"))
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	seen := map[string]bool{}
	for _, source := range sources {
		f := tabletest.Fixture{Source: filepath.Base(source)}
		switch f.Source {
		case "libsec.c", "inline.c", "separate.c":
			f.Shape = tabletest.Shared
		case "asmmain.c":
			f.Extra = []string{"asm.S"}
		case "lastcall.c", "aborts.c":
			continue // a system call, or an undefined instruction, inside: there is no vector for such a section
		}
		text, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(text), "rseqfix.h") && f.Extra == nil {
			continue // declares no section
		}
		for _, opt := range []string{"-O0", "-O2"} {
			for _, flags := range [][]string{nil, {"-DFIX_FLAT"}} {
				f.Opt, f.Flags = opt, flags
				for _, s := range fileSamples(t, tabletest.Build(t, f)) {
					if key := string(s.code); !seen[key] {
						seen[key] = true
						all = append(all, s)
					}
				}
			}
		}
	}
	return all
}

// moved is a sample placed at another address. Its exits move too.
func (s *sample) moved(t *testing.T, to table.Addr) *machine.Body {
	t.Helper()
	by := to - s.body.Start
	p := &table.Placed{Start: to, End: s.body.End + by, Abort: s.body.Abort + by}
	b, err := machine.DecodeBody(s.arch, p, s.code)
	if err != nil {
		t.Fatal(err)
	}
	return &b
}

// area is where the thread's struct rseq is, by the arming store.
func (s *sample) area(r *machine.Regs) table.Addr {
	if s.arming == nil || s.arming.Store.PCRelative {
		return 0
	}
	at, _, ok := s.arming.StoreAddress(r)
	if !ok {
		return 0
	}
	return at - 8
}

// slab is where tcmalloc's cached slab pointer is: 4 bytes before the area. On arm64 another register
// than the arming store's leads there, for the section's first instruction.
func (s *sample) slab(area table.Addr, r *machine.Regs) table.Addr {
	if u, known := s.arch.Usage(&s.body.Insns[0]); known && s.arch == arm64.Arch() && u.Loaded == 8 {
		return u.Load.Address(r)
	}
	return area - 4
}

// passes builds plans for a sample until n states have succeeded, and calls use
// for each. If fewer than one of 50 of them committed, or none, it continues
// until one has. It skips states whose pointers lead out of the regions, and
// passes that exceed a vector's limits.
func (s *sample) passes(t *testing.T, base machine.Regs, data, code table.Addr, n int, use func(w *world, from opv.State, p *opv.Plan)) {
	t.Helper()
	body := s.moved(t, code)
	done, finals := 0, 0
	for seed := 1; done < n || finals < max(1, n/50); seed++ {
		if seed > 20000+100*n {
			t.Fatalf("%s: %d states of %d, %d of them commit", s.name, done, n, finals)
		}
		w, from := newWorld(uint64(seed), base, data, code)
		from.SetPC(code)
		area := s.area(&from.Regs)
		if area != 0 && !w.has(area) {
			continue
		}
		if area != 0 && seed%4 != 0 {
			w.slab = s.slab(area, &from.Regs)
		}
		plan, err := opv.Build(opv.V3, body, from, w, opv.Place{Area: area, CPU: 1})
		if err != nil {
			if !strings.Contains(err.Error(), "in no region") && !strings.Contains(err.Error(), opv.ErrNoPlan.Error()) && !strings.Contains(err.Error(), opv.ErrTooLong.Error()) {
				t.Fatalf("%s: %v", s.name, err)
			}
			continue
		}
		if done++; done > n && !plan.Final {
			continue
		}
		if plan.Final {
			finals++
		}
		use(w, from, &plan)
	}
}

// armSamples is every section of those fixtures for arm64 that together have each kind of section,
// and workerd's 177.
func armSamples(t *testing.T) []sample {
	t.Helper()
	var all []sample
	for _, source := range []string{"percpu.c", "longcopy.c", "sidexit.c"} {
		for _, opt := range []string{"-O0", "-O2"} {
			path := ""
			if runtime.GOARCH == "arm64" {
				path = tabletest.Build(t, tabletest.Fixture{Source: source, Opt: opt})
			} else {
				path = filepath.Join(t.TempDir(), "fixture")
				testdata := filepath.Join(tabletest.Root(t), "testdata")
				gcc := exec.Command(tabletest.NeedTool(t, "aarch64-linux-gnu-gcc"), opt, "-pthread", "-I", filepath.Join(testdata, "include"), "-o", path, filepath.Join(testdata, source))
				if out, err := gcc.CombinedOutput(); err != nil {
					t.Fatalf("%v\n%s", err, out)
				}
			}
			all = append(all, fileSamples(t, path)...)
		}
	}
	return append(all, workerds(t, tabletest.NeedWorkerdARM64(t))...)
}

// workerds are the sections of workerd.
func workerds(t *testing.T, path string) []sample {
	t.Helper()
	all := fileSamples(t, path)
	if len(all) != 177 {
		t.Fatalf("workerd has %d sections", len(all))
	}
	return all
}

// hostSamples are all samples for the processor that the test runs on.
func hostSamples(t *testing.T) []sample {
	t.Helper()
	if runtime.GOARCH == "arm64" {
		return armSamples(t)
	}
	all := fixtureSamples(t)
	if len(all) < 10 {
		t.Fatalf("only %d sections in the fixtures", len(all))
	}
	return append(all, workerds(t, tabletest.NeedWorkerd(t))...)
}

// samples are all samples, for all architectures for which this machine has a compiler.
func samples(t *testing.T) []sample {
	t.Helper()
	all := hostSamples(t)
	if runtime.GOARCH != "arm64" {
		all = append(all, armSamples(t)...)
	}
	return all
}

func TestVectorDoesWhatTheSectionDoes(t *testing.T) {
	for _, s := range samples(t) {
		s.passes(t, s.arch.Regs(machine.Words{}), 0x10000000, 0x20000000, 40, func(w *world, _ opv.State, p *opv.Plan) {
			failed, err := opv.Execute(p.Vector, p.Memory(w))
			if failed != 0 || err != nil {
				t.Fatalf("%s: %v: operation %d failed, %v", s.name, p.Vector, failed, err)
			}
			wanted := map[table.Addr]byte{}
			for _, a := range p.Pass.Accesses {
				for n, b := range a.Data {
					if a.Kind != opv.AccessRead {
						wanted[a.Addr+table.Addr(n)] = b
					}
				}
			}
			for at, b := range wanted {
				if got, ok := w.written[at]; !ok || got != b {
					t.Fatalf("%s: %v: %v holds %#x, not %#x", s.name, p.Vector, at, got, b)
				}
			}
			if len(w.written) != len(wanted) {
				t.Fatalf("%s: %v wrote %d bytes, not %d", s.name, p.Vector, len(w.written), len(wanted))
			}
		})
	}
}

func TestVectorFailsWhenWhatWasReadHasChanged(t *testing.T) {
	for _, s := range samples(t) {
		s.passes(t, s.arch.Regs(machine.Words{}), 0x10000000, 0x20000000, 3, func(w *world, _ opv.State, p *opv.Plan) {
			n := slices.IndexFunc(p.Vector, func(o opv.Op) bool { return o.Kind == opv.CompareEqual })
			if n < 0 {
				return
			}
			o := p.Vector[n]
			var b [1]byte
			if _, err := w.ReadMemory(o.A, b[:]); err != nil {
				t.Fatal(err)
			}
			w.written[o.A] = b[0] + 1
			if failed, err := opv.Execute(p.Vector, p.Memory(w)); failed != n+1 || err != nil {
				t.Errorf("%s: %v: operation %d failed, %v", s.name, p.Vector, failed, err)
			}
			if len(w.written) != 1 {
				t.Errorf("%s: it wrote after a failed compare", s.name)
			}
		})
	}
}
