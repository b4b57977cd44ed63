package tabletest

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// Service is a running testdata/service.c: a program that others depend on.
// Nothing traces it, and the test's end kills it.
type Service struct {
	PID int

	t   testing.TB
	cmd *exec.Cmd
	in  io.Writer
	out *bufio.Reader
}

// BuildService builds service.c at fixed addresses, and returns the path.
func BuildService(t testing.TB) string {
	t.Helper()
	return Build(t, Fixture{Source: "service.c", Opt: "-O2", Shape: NoPIE, Flags: []string{"-pthread"}})
}

// StartService starts it, with service.c's arguments, and waits until it works.
func StartService(t testing.TB, program string, args ...string) *Service {
	t.Helper()
	s := &Service{t: t, cmd: exec.Command(program, args...)}
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
		_ = s.cmd.Process.Kill() // it has ended, unless the test has failed
		_ = s.cmd.Wait()
	})
	s.PID, s.out = s.cmd.Process.Pid, bufio.NewReader(out)
	if line, err := s.out.ReadString('\n'); err != nil || line != "ready\n" {
		t.Fatalf("the service says %q, %v", line, err)
	}
	return s
}

// Finish ends it and reports whether it was killed; a service that was not must
// have kept all its sums.
func (s *Service) Finish() (killed bool) {
	s.t.Helper()
	_, _ = io.WriteString(s.in, "\n") // fails if it has been killed
	said, _ := io.ReadAll(s.out)
	err := s.cmd.Wait()
	if ws, ok := s.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		s.t.Logf("the service was killed by signal %d", ws.Signal())
		return true
	}
	if err != nil || !strings.HasSuffix(string(said), "check ok\n") {
		s.t.Errorf("the service ended with %v: %s", err, said)
	}
	return false
}

// Code is every executable byte of a process, except [vsyscall], which cannot
// be read.
func Code(t testing.TB, pid int) []byte {
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
		t.Fatalf("process %d has no code", pid)
	}
	return all
}
