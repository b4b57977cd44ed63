package tabletest

import (
	"fmt"
	"os/exec"
	"path"
	"regexp"
	"runtime"
	"strconv"
	"testing"
)

// compiler is the driver for a fixture's first source.
func (f Fixture) compiler() string {
	if path.Ext(f.Source) == ".cc" {
		return f.tool("g++")
	}
	return f.tool("gcc")
}

// tool is the name of a compiler's program, or of binutils', for the fixture's architecture.
func (f Fixture) tool(name string) string {
	if f.Arch == "" || f.Arch == runtime.GOARCH {
		return name
	}
	return map[string]string{"arm64": "aarch64", "amd64": "x86_64"}[f.Arch] + "-linux-gnu-" + name
}

// tools are the programs that a build runs and whose versions are part of its
// cache key.
func (f Fixture) tools() []string {
	tools := []string{f.compiler(), f.tool("as")}
	if f.Shape != Object {
		tools = append(tools, map[Linker]string{LD: f.tool("ld"), LLD: "ld.lld"}[f.Linker])
	}
	switch f.Strip {
	case StripNothing:
	case StripToFile:
		tools = append(tools, f.tool("strip"), f.tool("objcopy"))
	default:
		tools = append(tools, f.tool("strip"))
	}
	return tools
}

// args is the compiler's command line without the output. Precondition: f is normal.
func (f Fixture) args(t testing.TB) []string {
	t.Helper()
	args := []string{f.Opt, "-g", fmt.Sprintf("-gdwarf-%d", f.DWARF), "-Wall", "-Wextra", "-pthread", "-Iinclude"}
	switch f.Table {
	case RseqTable:
		args = append(args, "-DFIX_TABLE")
	case NoPointers:
		args = append(args, "-DFIX_NO_POINTERS")
	}
	if f.Own {
		args = append(args, "-DFIX_OWN")
	}
	if f.Source == "calls.c" {
		args = append(args, "-std=gnu17") // C23 has no functions without a prototype
	}
	args = append(args, f.linkFlags(t)...)
	args = append(args, f.Flags...)
	args = append(args, f.Source)
	return append(args, f.Extra...)
}

func (f Fixture) linkFlags(t testing.TB) []string {
	t.Helper()
	if f.Shape == Object {
		return []string{"-fPIE", "-c"}
	}
	flags := map[Linker][]string{LD: {"-fuse-ld=bfd"}, LLD: {"-fuse-ld=lld"}}[f.Linker]
	switch f.Shape {
	case PIE:
		return append(flags, "-fPIE", "-pie")
	case NoPIE:
		return append(flags, "-fno-pie", "-no-pie")
	case RELR:
		if f.Linker == LLD && lldMajor(t) < 15 {
			// lld 14 packs them but omits the version dependency that glibc's
			// dynamic linker requires for DT_RELR (glibc 2.36,
			// elf/dl-version.c). A static program relocates itself.
			return append(flags, "-fPIE", "-static-pie", "-Wl,--pack-dyn-relocs=relr")
		}
		return append(flags, "-fPIE", "-pie", "-Wl,-z,pack-relative-relocs")
	case Static:
		return append(flags, "-fno-pie", "-static")
	case StaticPIE:
		return append(flags, "-fPIE", "-static-pie")
	case Shared:
		return append(flags, "-fPIC", "-shared")
	}
	t.Fatalf("no shape %q", f.Shape)
	return nil
}

var lldVersion = regexp.MustCompile(`LLD (\d+)\.`)

// lldMajor is the major version of the lld on PATH.
func lldMajor(t testing.TB) int {
	t.Helper()
	out, err := exec.Command(NeedTool(t, "ld.lld"), "--version").Output()
	if err != nil {
		t.Fatal(err)
	}
	m := lldVersion.FindSubmatch(out)
	if m == nil {
		t.Fatalf("ld.lld --version says %q", out)
	}
	major, err := strconv.Atoi(string(m[1]))
	if err != nil {
		t.Fatal(err)
	}
	return major
}
