package remote

import (
	"bufio"
	"bytes"
	"debug/elf"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// places are where a test plants and steps, as process addresses: the programs
// are built without PIE.
type places struct {
	function  uint64 // a function that its threads call all the time
	inside    uint64 // an instruction of a section
	low, high uint64 // its own code, and so all its loops
}

// find reads them from a program.
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

// never is an agent expression that is false: $rsp == 0 (gdb manual, "Bytecode
// Descriptions": reg 7, const8 0, equal, end).
const never = ";X7,26000722001327"

// service is testdata/service.c at work: a program that somebody depends on.
type service struct {
	t    *testing.T
	cmd  *exec.Cmd
	in   io.Writer
	out  *bufio.Reader
	pid  int
	text []byte // all its code before a debugger came
}

func startService(t *testing.T, program string) *service {
	t.Helper()
	s := &service{t: t, cmd: exec.Command(program, "2")}
	var err error
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
	})
	s.pid, s.out = s.cmd.Process.Pid, bufio.NewReader(out)
	if line, err := s.out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the service says %q, %v", line, err)
	}
	s.text = code(t, s.pid)
	return s
}

// isUntouched waits until nobody traces the service, and compares its code.
func (s *service) isUntouched() {
	s.t.Helper()
	within(s.t, "nobody traces the service and it runs", func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.pid))
		return err == nil && strings.Contains(string(status), "TracerPid:\t0\n") && !strings.Contains(string(status), "State:\tT")
	})
	if now := code(s.t, s.pid); !bytes.Equal(now, s.text) {
		s.t.Errorf("the service's code is not what it was")
	}
}

// ends lets the service end, and wants its sums right.
func (s *service) ends() {
	s.t.Helper()
	if _, err := io.WriteString(s.in, "\n"); err != nil {
		s.t.Error(err)
	}
	said, _ := io.ReadAll(s.out)
	if err := s.cmd.Wait(); err != nil || !strings.HasSuffix(string(said), "check ok\n") {
		s.t.Errorf("the service ended with %v: %s", err, said)
	}
}

// code is every byte of a process that can be executed, but for [vsyscall],
// which cannot be read.
func code(t *testing.T, pid int) []byte {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	var all []byte
	for line := range strings.Lines(string(maps)) {
		if !strings.Contains(line, " r-xp ") || strings.Contains(line, "[vsyscall]") {
			continue
		}
		var low, high int64
		if _, err := fmt.Sscanf(line, "%x-%x ", &low, &high); err != nil {
			t.Fatalf("maps: %q: %v", line, err)
		}
		part := make([]byte, high-low)
		if _, err := mem.ReadAt(part, low); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		all = append(all, part...)
	}
	if len(all) == 0 {
		t.Fatal("the service has no code")
	}
	return all
}

// fixed builds a fixture whose file addresses are its process addresses.
func fixed(t *testing.T, source string) string {
	t.Helper()
	return tabletest.Build(t, tabletest.Fixture{Source: source, Opt: "-O2", Shape: tabletest.NoPIE, Flags: []string{"-pthread"}})
}
