package rules_test

import (
	"bytes"
	"debug/elf"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/table/tabletest"
)

// On a machine whose instructions are not decoded, the declarations are judged all the same, and
// the report says that the code was not read.
func TestDeclarationsOfAMachineThatIsNotDecoded(t *testing.T) {
	const text, handler = 0x10000, 0x10048
	signature := []byte{0x10, 0x00, 0x2a, 0x00} // break 0x10
	for name, c := range map[string]struct {
		start, length, abort uint64
		want                 []string
	}{
		"good":            {text, 0x20, handler, nil},
		"between":         {text + 2, 0x1e, handler, []string{"boundary-inside-instruction"}},
		"no signature":    {text, 0x20, handler + 4, []string{"abort-signature"}},
		"not in the text": {text, 0x2000, handler - 0x10000, []string{"abort-signature", "outside-text"}},
		"empty":           {text, 0, handler, []string{"section-empty"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_LOONGARCH, Type: elf.ET_EXEC}
			code := bytes.Repeat([]byte{0x00, 0x00, 0x40, 0x03}, 0x40) // andi $zero, $zero, 0
			copy(code[handler-text-4:], signature)
			e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: text, Data: code})
			e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_WRITE, Addr: 0x30000, Align: 32, Data: e.Descriptor(0, 0, c.start, c.length, c.abort)})
			path := filepath.Join(t.TempDir(), "loongarch")
			if err := os.WriteFile(path, e.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			r := judged(t, path)
			var got []string
			for _, f := range r.Findings {
				got = append(got, f.Rule)
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
			if r.Watched.Declared != 1 || r.Watched.Decoded != 0 || !strings.Contains(r.Watched.Reason, "EM_LOONGARCH") {
				t.Errorf("%+v", r.Watched)
			}
		})
	}
}

// Code for arm64 is judged as that for amd64 is: each function of the fixture has a section that
// breaks the rule of its name, or none.
func TestSectionsForARM64(t *testing.T) {
	gcc := tabletest.NeedTool(t, "aarch64-linux-gnu-gcc")
	path := filepath.Join(t.TempDir(), "sections")
	source := filepath.Join(tabletest.Root(t), "testdata", "arm64", "sections.S")
	if out, err := exec.Command(gcc, "-nostdlib", "-static", "-Wl,-e,good_add", "-o", path, source).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	r, got := judged(t, path), map[string][]string{}
	for n := range r.Findings {
		f := &r.Findings[n]
		got[f.Where.Function] = append(got[f.Where.Function], f.Rule)
	}
	// What follows from the mistake.
	more := map[string]string{"trap_inside": "no-commit", "retry_unarmed": "entry-inside"}
	functions := regexp.MustCompile(`(?m)^function (\S+)`).FindAllStringSubmatch(string(text), -1)
	for _, m := range functions {
		name, want := m[1], []string(nil)
		if !strings.HasPrefix(name, "good") {
			want = []string{strings.ReplaceAll(strings.TrimSuffix(name, "_atomic"), "_", "-")}
		}
		if also := more[name]; also != "" {
			want = append(want, also)
		}
		slices.Sort(got[name])
		slices.Sort(want)
		if !slices.Equal(got[name], want) {
			t.Errorf("%s: %q, want %q", name, got[name], want)
		}
	}
	if r.Watched.Decoded != len(functions) || len(functions) < 15 {
		t.Errorf("%d functions, %+v", len(functions), r.Watched)
	}
}

// tcmalloc's cached slab overlaps cpu_id_start on arm64 as well, and one section stores it; nothing
// else is wrong with it.
func TestWorkerdForARM64(t *testing.T) {
	r := judged(t, tabletest.NeedWorkerdARM64(t))
	for n := range r.Findings {
		if f := &r.Findings[n]; f.Rule != "cpu-id-overlaid" && (f.Rule != "cpu-id-written" || !strings.Contains(f.Detail, "8 bytes at offset -4")) {
			tell(t, f)
		}
	}
	if r.Watched.Declared != 177 || r.Watched.Decoded != 177 || len(r.Findings) < 100 {
		t.Errorf("%d findings, %+v", len(r.Findings), r.Watched)
	}
}

// A section may be declared with any length; one of thousands of instructions is not judged, and
// the report says so.
func TestSectionsOfThousandsOfInstructionsAreNotJudged(t *testing.T) {
	e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_X86_64, Type: elf.ET_EXEC}
	const text = 0x10000
	code := bytes.Repeat([]byte{0x48, 0xff, 0x06}, 10000) // incq (%rsi)
	code = append(code, 0xc3, 0x0f, 0xb9, 0x3d, 0x53, 0x30, 0x05, 0x53, 0xc3)
	e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: text, Data: code})
	e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: 0x30000, Align: 32, Data: e.Descriptor(0, 0, text, 30000, text+30008)})
	path := filepath.Join(t.TempDir(), "long")
	if err := os.WriteFile(path, e.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	r := judged(t, path)
	if len(r.Findings) != 0 || len(r.Problems) != 1 || !strings.Contains(r.Problems[0], "10000 instructions") || r.Watched.Decoded != 0 || r.Status(check.Note) != check.StatusClean {
		t.Errorf("%+v, %q, %+v", r.Findings, r.Problems, r.Watched)
	}
}

// Two descriptors of the same code are no mistake: a thread may choose its handler. Those of which
// one is shorter, or begins inside the other, are.
func TestPairsOfDescriptors(t *testing.T) {
	const text, handler = 0x10000, 0x10048
	for name, c := range map[string]struct {
		start, length, abort uint64
		want                 []string
	}{
		"the same":        {text, 0x20, handler, nil},
		"another handler": {text, 0x20, handler + 8, nil},
		"behind":          {text + 0x20, 0x8, handler, nil},
		"shorter":         {text, 0x10, handler, []string{"descriptor-duplicate"}},
		"overlapping":     {text + 0x10, 0x20, handler, []string{"sections-overlap"}},
		"nested":          {text + 8, 8, handler, []string{"sections-overlap"}},
	} {
		t.Run(name, func(t *testing.T) {
			e := &tabletest.ELF{Class: elf.ELFCLASS64, Data: elf.ELFDATA2LSB, Machine: elf.EM_AARCH64, Type: elf.ET_EXEC}
			code := bytes.Repeat([]byte{0x1f, 0x20, 0x03, 0xd5}, 0x40) // nop
			for _, at := range []int{handler, handler + 8} {
				copy(code[at-text-4:], "\x00\xbc\x28\xd4\xc0\x03\x5f\xd6") // the signature; ret
			}
			e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: text, Data: code})
			data := append(e.Descriptor(0, 0, text, 0x20, handler), e.Descriptor(0, 0, c.start, c.length, c.abort)...)
			data = append(data, e.Descriptor(0, 0, text+0x60, 4, handler+8)...) // so that both handlers are declared
			e.Add(tabletest.ELFSection{Name: "__rseq_cs", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC, Addr: 0x30000, Align: 32, Data: data})
			path := filepath.Join(t.TempDir(), "pair")
			if err := os.WriteFile(path, e.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, f := range judged(t, path).Findings {
				got = append(got, f.Rule)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
