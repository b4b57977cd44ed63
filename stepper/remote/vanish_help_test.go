package remote

import (
	"bytes"
	"debug/elf"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// places are the process addresses at which a test inserts breakpoints and
// steps: the programs are built without PIE.
type places struct {
	function  uint64 // a function that its threads call all the time
	inside    uint64 // an instruction of a section
	low, high uint64 // its own code, and so all its loops
}

// find reads them from a program's file.
func find(t *testing.T, program, function string) places {
	t.Helper()
	var p places
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	symbols, err := file.Symbols()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range symbols {
		if s.Name == function {
			p.function = s.Value
		}
		if s.Name == "commit_store" {
			p.inside = s.Value
		}
	}
	text := file.Section(".text")
	p.low, p.high = text.Addr, text.Addr+text.Size
	declared, err := table.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range declared.Sections {
		if p.inside == 0 && s.Symbol == function {
			p.inside = uint64(s.Start)
		}
	}
	if p.function == 0 || p.inside == 0 {
		t.Fatalf("%s has no section in %s", program, function)
	}
	return p
}

// never is an agent expression that is false: $sp == 0 (gdb manual, "Bytecode
// Descriptions": reg N, const8 0, equal, end).
func never() string {
	a := ptrace.Arch()
	n := slices.Index(a.Shown, a.SP) // gdb numbers these registers as "info registers" shows them
	return fmt.Sprintf(";X7,26%04x22001327", n)
}

// service is an attached program that must be unchanged after the detach.
type service struct {
	*tabletest.Service
	t    *testing.T
	text []byte // all its code before a debugger attached
}

func startService(t *testing.T, program string) *service {
	t.Helper()
	s := &service{Service: tabletest.StartService(t, program, "2"), t: t}
	s.text = tabletest.Code(t, s.PID)
	return s
}

// isUntouched waits until nothing traces the service, and compares its code.
func (s *service) isUntouched() {
	s.t.Helper()
	within(s.t, "nobody traces the service and it runs", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.PID))
		return err == nil && strings.Contains(string(status), "TracerPid:\t0\n") && !strings.Contains(string(status), "State:\tT")
	})
	if now := tabletest.Code(s.t, s.PID); !bytes.Equal(now, s.text) {
		s.t.Errorf("the service's code is not what it was")
	}
}

// fixed builds a fixture whose file addresses are its process addresses.
func fixed(t *testing.T, source string) string {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: source, Opt: "-O2", Shape: tabletest.NoPIE, Flags: []string{"-pthread"}})
}
