package table_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table"
)

// running is a program of twoSections, stopped at its first getchar.
type running struct {
	*exec.Cmd
	in       io.WriteCloser
	out      *bufio.Reader
	one, two table.Addr // the addresses that it prints for its two functions
}

func start(t *testing.T, path string, args ...string) *running {
	t.Helper()
	r := &running{Cmd: exec.Command(path, args...)}
	in, err := r.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Process.Kill(); r.Wait() })
	r.in, r.out = in, bufio.NewReader(out)
	var one, two uint64
	if _, err := fmt.Fscanf(r.out, "0x%x 0x%x\n", &one, &two); err != nil {
		t.Fatal(err)
	}
	r.one, r.two = table.Addr(one), table.Addr(two)
	return r
}

func (r *running) modules(t *testing.T, c *table.Cache) []*table.Module {
	t.Helper()
	modules, err := c.ReadModules(r.Process.Pid, nil)
	if err != nil {
		t.Fatal(err)
	}
	return modules
}

func find(modules []*table.Module, path string) *table.Module {
	for _, m := range modules {
		if m.Path == path {
			return m
		}
	}
	return nil
}

// TestLiveSectionsAreWhereTheProgramSays: at a load address chosen by the kernel and at a
// fixed one; twoSections begins each section 1 byte into its function.
func TestLiveSectionsAreWhereTheProgramSays(t *testing.T) {
	for _, flags := range [][]string{{"-DMAIN", "-pie", "-fPIE"}, {"-DMAIN", "-no-pie", "-fno-pie"}, {"-DMAIN", "-static"}, {"-DMAIN", "-static-pie", "-fPIE"}} {
		path := compile(t, "f", flags...)
		r := start(t, path)
		modules := r.modules(t, new(table.Cache))
		m := find(modules, path)
		if m == nil || m.Err != nil {
			t.Fatalf("%v: no module for the program in %+v", flags, modules)
		}
		im := table.NewImage(modules)
		for _, f := range []table.Addr{r.one, r.two} {
			p := im.At(f + 1)
			if p == nil || p.Start != f+1 || p.End != f+3 || p.Module != m || im.ModuleAt(f) != m {
				t.Errorf("%v: section at %v is %+v", flags, f+1, p)
			}
			if im.At(f) != nil || im.At(f+3) != nil {
				t.Errorf("%v: a section reaches over its ends", flags)
			}
		}
		vdso := find(modules, "[vdso]")
		if vdso == nil || vdso.Err != nil || vdso.File.BuildID == "" || vdso.Addr(0) != vdso.Low {
			t.Errorf("%v: vDSO is %+v", flags, vdso)
		}
	}
}

// TestDeletedProgramIsStillRead: through its link in /proc, even if another
// file has taken its path.
func TestDeletedProgramIsStillRead(t *testing.T) {
	path := compile(t, "f", "-DMAIN", "-pie", "-fPIE")
	r := start(t, path)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	for _, then := range []func() error{
		func() error { return nil },
		func() error { return os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755) },
	} {
		if err := then(); err != nil {
			t.Fatal(err)
		}
		if p := table.NewImage(r.modules(t, new(table.Cache))).At(r.one + 1); p == nil || p.Start != r.one+1 {
			t.Errorf("section of a deleted program: %+v", p)
		}
	}
}

// TestLoadedLibraryIsSeenAgain: after dlopen the library's sections are found,
// and no file is read twice.
func TestLoadedLibraryIsSeenAgain(t *testing.T) {
	program, library := compile(t, "f", "-DMAIN", "-pie", "-fPIE"), compile(t, "lib", "-shared", "-fPIC")
	r := start(t, program, library)
	var c table.Cache
	before := r.modules(t, &c)
	if find(before, library) != nil {
		t.Fatal("the library is there before it is loaded")
	}
	im := table.NewImage(before)
	n := len(im.Sections())
	if _, err := io.WriteString(r.in, "\n"); err != nil {
		t.Fatal(err)
	}
	if line, err := r.out.ReadString('\n'); line != "loaded\n" {
		t.Fatalf("%q, %v; want loaded", line, err)
	}
	after := r.modules(t, &c)
	m := find(after, library)
	if m == nil || m.File == nil || len(m.File.Sections) != 2 {
		t.Fatalf("library is %+v", m)
	}
	for _, m := range before {
		if again := find(after, m.Path); m.Path != "[vdso]" && (again == nil || again.File != m.File) {
			t.Errorf("%s was parsed again", m.Path)
		}
	}
	im.Reload(after)
	if len(im.Sections()) != n+2 {
		t.Errorf("%d sections after the library's 2 came to %d", len(im.Sections()), n)
	}
}

// TestUnreadableMemoryIsNoError: only the vDSO needs the process's memory.
func TestUnreadableMemoryIsNoError(t *testing.T) {
	modules, err := table.ReadModules(os.Getpid(), memory{})
	if err != nil {
		t.Fatal(err)
	}
	if m := find(modules, "[vdso]"); m == nil || m.Err == nil || m.File != nil || m.Low == 0 {
		t.Errorf("vDSO is %+v, want one with an error", m)
	}
}

// TestProcessesWithoutMemoryAreErrors: one that does not exist, one that has ended.
func TestProcessesWithoutMemoryAreErrors(t *testing.T) {
	if _, err := table.ReadModules(1<<30, nil); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "1073741824") {
		t.Errorf("no such process: %v", err)
	}
	r := start(t, compile(t, "f", "-DMAIN", "-pie", "-fPIE"))
	r.Process.Kill()
	if _, err := io.ReadAll(r.out); err != nil { // ends when the process has ended
		t.Fatal(err)
	}
	if _, err := table.ReadModules(r.Process.Pid, nil); err == nil {
		t.Error("a process that has ended has modules")
	}
}
