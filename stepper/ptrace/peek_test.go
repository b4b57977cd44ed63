//go:build linux && (amd64 || arm64)

package ptrace

import (
	"encoding/binary"
	"errors"
	"testing"

	"golang.org/x/sys/unix"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

var _ tracee.PeekTarget = (*Process)(nil)

// Peek reads what ReadMemory reads, at any alignment, and fails where nothing is mapped.
func TestPeekReadsAWord(t *testing.T) {
	p := launchBare(t, counted)
	var r machine.Regs
	if err := p.Regs(p.PID(), &r); err != nil {
		t.Fatal(err)
	}
	for at := r.SP(); at < r.SP()+9; at++ {
		var b [8]byte
		if _, err := p.ReadMemory(at, b[:]); err != nil {
			t.Fatal(err)
		}
		if w, err := p.Peek(p.PID(), at); err != nil || w != binary.LittleEndian.Uint64(b[:]) {
			t.Errorf("%v: %#x, %v, want % x", at, w, err, b)
		}
	}
	for _, at := range []table.Addr{0, (r.PC()+4096)&^4095 - 4} {
		if _, err := p.Peek(p.PID(), at); !errors.Is(err, unix.EIO) {
			t.Errorf("%v: %v, want EIO", at, err)
		}
	}
	if _, err := p.Peek(p.PID()+1, r.SP()); err == nil {
		t.Error("a thread that does not exist is read")
	}
}
