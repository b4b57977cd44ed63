package amd64

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

var errUnmapped = errors.New("nothing there")

// memory is bytes by address.
type memory map[table.Addr]byte

func (m memory) ReadMemory(addr table.Addr, p []byte) (int, error) {
	for n := range p {
		b, ok := m[addr+table.Addr(n)]
		if !ok {
			return n, errUnmapped
		}
		p[n] = b
	}
	return len(p), nil
}

func (m memory) put(addr table.Addr, p ...byte) {
	for n, b := range p {
		m[addr+table.Addr(n)] = b
	}
}

func (m memory) put64(addr table.Addr, v uint64) {
	m.put(addr, binary.LittleEndian.AppendUint64(nil, v)...)
}

// code converts hexadecimal to instruction bytes, spaces ignored.
func code(t testing.TB, text string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func decode(t testing.TB, addr table.Addr, text string) machine.Insn {
	t.Helper()
	b := code(t, text)
	i, err := Arch().Decode(addr, b)
	if err != nil {
		t.Fatalf("% x: %v", b, err)
	}
	if int(i.Len) != len(b) {
		t.Fatalf("% x: %d bytes long, not %d", b, i.Len, len(b))
	}
	return i
}

// runC builds and runs a C program of testdata and returns what it prints.
func runC(t testing.TB, source string) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "program")
	build := exec.Command(tabletest.NeedTool(t, "gcc"), "-O1", "-o", program, filepath.Join("testdata", source))
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", source, err, out)
	}
	cmd := exec.Command(program)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", source, err)
	}
	return string(out)
}

// regs are registers to point at.
func regs(w machine.Words) *machine.Regs {
	r := Regs(w)
	return &r
}
