package table_test

import (
	"debug/elf"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// twoSections declares two sections in two functions, one of them in ELF
// sections of a COMDAT group, and prints their addresses. With a library as
// argument it loads it after reading a byte. %s is a function's prefix.
const twoSections = `
#include <dlfcn.h>
#include <stdio.h>
#define SECTION(n, flags, group) \
	".pushsection .text.%[1]s" n ", \"ax" flags "\", @progbits" group "\n" \
	".globl %[1]s" n "\n.type %[1]s" n ", @function\n%[1]s" n ":\nnop\n" \
	"1: nop\nnop\n2: ret\n3: ret\n.long 0x53053053\n4: ret\n.size %[1]s" n ", . - %[1]s" n "\n" \
	".popsection\n" \
	".pushsection __rseq_cs, \"aw" flags "\", @progbits" group "\n.balign 32\n" \
	"5: .long 0, 0\n.quad 1b, 2b - 1b, 4b\n.popsection\n" \
	".pushsection __rseq_cs_ptr_array, \"aw" flags "\", @progbits" group "\n.quad 5b\n.popsection\n" \
	".pushsection __rseq_exit_point_array, \"aw" flags "\", @progbits" group "\n.quad 1b, 3b\n.popsection\n"
__asm__(SECTION("one", "", "") SECTION("two", "G", ", %[1]stwo, comdat"));
extern char %[1]sone[], %[1]stwo[];
#ifdef MAIN
int main(int argc, char **argv)
{
	printf("%%p %%p\n", %[1]sone, %[1]stwo);
	fflush(stdout);
	getchar();
	if (argc > 1 && !dlopen(argv[1], RTLD_NOW))
		return 1;
	puts("loaded");
	fflush(stdout);
	getchar();
	return 0;
}
#endif
`

// compile builds twoSections with these flags of gcc.
func compile(t *testing.T, prefix string, flags ...string) string {
	t.Helper()
	dir := t.TempDir()
	source, out := filepath.Join(dir, prefix+".c"), filepath.Join(dir, prefix)
	if err := os.WriteFile(source, fmt.Appendf(nil, twoSections, prefix), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(tabletest.NeedTool(t, "gcc"), append([]string{"-g", "-o", out, source}, flags...)...)
	if b, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %v\n%s", cmd, err, b)
	}
	return out
}

// TestTableAgreesWithReadelf: for every kind of file from every linker.
func TestTableAgreesWithReadelf(t *testing.T) {
	linkers := map[string]string{"bfd": "ld.bfd", "gold": "ld.gold", "lld": "ld.lld", "mold": "mold"}
	shapes := map[string][]string{
		"nopie":  {"-DMAIN", "-no-pie", "-fno-pie"},
		"pie":    {"-DMAIN", "-pie", "-fPIE"},
		"relr":   {"-DMAIN", "-pie", "-fPIE", "-Wl,-z,pack-relative-relocs"},
		"static": {"-DMAIN", "-static"},
		"shared": {"-shared", "-fPIC"},
		"emit":   {"-DMAIN", "-pie", "-fPIE", "-Wl,--emit-relocs"},
		"object": {"-c"},
		"merged": {"-r", "-nostdlib"},
	}
	for linker, tool := range linkers {
		for _, shape := range tabletest.SomeKeys(t, 3, shapes) {
			flags := shapes[shape]
			t.Run(linker+"-"+shape, func(t *testing.T) {
				tabletest.NeedTool(t, tool)
				switch {
				case shape == "object" && linker != "bfd":
					return // no linker runs
				case shape == "relr" && linker == "gold":
					return // gold has no such option
				case shape == "relr" && linker == "lld": // before version 15 the option had another name
					flags = []string{"-DMAIN", "-pie", "-fPIE", "-static-pie", "-Wl,--pack-dyn-relocs=relr"}
				}
				f := tabletest.Agree(t, compile(t, "f", append([]string{"-fuse-ld=" + linker}, flags...)...))
				if len(f.Sections) != 2 || len(f.Warnings) != 0 {
					t.Errorf("%d sections, warnings %v; want 2 and none", len(f.Sections), f.Warnings)
				}
				for i := range f.Sections {
					s := &f.Sections[i]
					if s.Signature.Value != 0x53053053 || len(s.Exits) != 1 || !strings.HasPrefix(s.Symbol, "f") {
						t.Errorf("section %+v lacks its signature, exit or function", s)
					}
				}
			})
		}
	}
}

// TestTableAgreesWithReadelfOnFixtures: every build of one source, two of each
// other, and no check fails in any.
func TestTableAgreesWithReadelfOnFixtures(t *testing.T) {
	builds := tabletest.Matrix("percpu.c")
	if !tabletest.Thorough() {
		builds = tabletest.Pairs("percpu.c")
		t.Logf("%d builds of percpu.c for every two columns; all under RSEQSTEP_REQUIRE=all", len(builds))
	}
	for _, source := range []string{"seed.c", "threads.c", "units.c", "sidexit.c", "ownreg.c", "libsec.c", "hotline.c"} {
		builds = append(builds, tabletest.Fixture{Source: source, Shape: tabletest.Object}, tabletest.Fixture{Source: source, Linker: tabletest.LLD, Shape: tabletest.Shared, Opt: "-O2"})
	}
	for _, fixture := range builds {
		t.Run(fixture.String(), func(t *testing.T) {
			f := tabletest.Agree(t, tabletest.Build(t, fixture))
			if len(f.Sections) == 0 || len(f.Warnings) != 0 || len(f.Check()) != 0 {
				t.Errorf("%d sections, warnings %v, problems %v", len(f.Sections), f.Warnings, f.Check())
			}
		})
	}
}

// TestTableAgreesWithReadelfOnWorkerd: 177 sections of a real program.
func TestTableAgreesWithReadelfOnWorkerd(t *testing.T) {
	f := tabletest.Agree(t, tabletest.NeedWorkerd(t))
	if len(f.Sections) != 177 || len(f.Warnings) != 0 || len(f.Check()) != 0 {
		t.Errorf("%d sections, warnings %v, problems %v; want 177 and none", len(f.Sections), f.Warnings, f.Check())
	}
}

// TestSourceLinesFromDWARF: in executables, and in objects whose functions each
// start at address 0 of a separate section.
func TestSourceLinesFromDWARF(t *testing.T) {
	const source = `__asm__(".pushsection __rseq_cs, \"aw\"\n.balign 32\n.popsection\n");
#define S(f) __attribute__((section(".text." #f), used)) static void f(void) { \
	__asm__ volatile (".pushsection __rseq_cs, \"aw\"\n.long 0, 0\n.quad 1f, 2f - 1f, 3f\n.popsection\n1:"); \
	__asm__ volatile ("nop"); __asm__ volatile ("2:\n.long 0x53053053\n3:"); }
void x(void) { }

S(one)

S(two)
int main(void) { return 0; }
`
	dir := t.TempDir()
	path := filepath.Join(dir, "lines.c")
	if err := os.WriteFile(path, []byte(source), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, flags := range [][]string{{"-pie", "-gdwarf-5"}, {"-c", "-gdwarf-4"}, {"-c", "-gdwarf-5"}} {
		out := filepath.Join(dir, "out")
		cmd := exec.Command(tabletest.NeedTool(t, "gcc"), append(flags, "-o", out, path)...)
		if b, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", cmd, err, b)
		}
		f, err := table.Open(out, table.WithSource())
		if err != nil || len(f.Sections) != 2 || len(f.Warnings) != 0 {
			t.Fatalf("%v: %+v, %v", flags, f, err)
		}
		for _, s := range f.Sections {
			line := map[string]int{"one": 7, "two": 9}[s.Symbol]
			if s.Source.First != line || s.Source.Last != line || filepath.Base(s.Source.File) != "lines.c" {
				t.Errorf("%v: %s is at %+v, want lines.c:%d", flags, s.Symbol, s.Source, line)
			}
		}
	}
	f := mustParse(t, sample())
	if err := f.ReadSource(strings.NewReader(string(sample().Bytes()))); err == nil || f.Type != elf.ET_DYN {
		t.Errorf("a file without DWARF: %v, want ErrNoSource", err)
	}
}
