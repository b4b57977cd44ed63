package arm64

import (
	"encoding/binary"
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// memory is a process's memory, by byte.
type memory map[table.Addr]byte

func (m memory) put(a table.Addr, words ...word) {
	for n, w := range words {
		var b [4]byte
		binary.LittleEndian.PutUint32(b[:], uint32(w))
		for k, c := range b {
			m[a+table.Addr(4*n+k)] = c
		}
	}
}

func (m memory) put64(a table.Addr, v uint64) { m.put(a, word(v), word(v>>32)) }

func (m memory) ReadMemory(a table.Addr, p []byte) (int, error) {
	for n := range p {
		c, ok := m[a+table.Addr(n)]
		if !ok {
			return n, errors.New("nothing there")
		}
		p[n] = c
	}
	return len(p), nil
}

// bytesOf is some code.
func bytesOf(words ...word) (code []byte) {
	for _, w := range words {
		code = binary.LittleEndian.AppendUint32(code, uint32(w))
	}
	return code
}

// insn decodes a word at an address.
func insn(t *testing.T, at table.Addr, w word) machine.Insn {
	t.Helper()
	i, err := Arch().Decode(at, bytesOf(w))
	if err != nil {
		t.Fatalf("%08x: %v", w, err)
	}
	return i
}
