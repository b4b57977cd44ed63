package amd64

import (
	"bytes"
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Branches implements machine.Shapes. It looks at each byte, without decoding: 75 MB of code take
// 0.1 s. A prefix before a branch does not matter: the branch's own bytes are found.
func (shapes) Branches(at table.Addr, code []byte, into machine.Range, far bool, f func(from, to table.Addr)) {
	size := uint64(into.High - into.Low)
	report := func(n, end int, distance int64) {
		if to := at + table.Addr(end) + table.Addr(distance); uint64(to-into.Low) < size {
			f(at+table.Addr(n), to)
		}
	}
	for n := 0; n+2 <= len(code); n++ {
		switch b := code[n]; {
		case b == 0xe8 || b == 0xe9:
			if n+5 <= len(code) {
				report(n, n+5, int64(int32(binary.LittleEndian.Uint32(code[n+1:]))))
			}
		case b == 0x0f && code[n+1]&0xf0 == 0x80:
			if n+6 <= len(code) {
				report(n, n+6, int64(int32(binary.LittleEndian.Uint32(code[n+2:]))))
			}
		case !far && (b == 0xeb || b&0xf0 == 0x70 || b >= 0xe0 && b <= 0xe3):
			report(n, n+2, int64(int8(code[n+1])))
		}
	}
}

// Loads implements machine.Shapes: the number as a 32-bit operand, behind an opcode, which may have a
// prefix or a ModR/M byte.
func (shapes) Loads(at table.Addr, code []byte, number uint32, f func(from table.Addr)) {
	needle := binary.LittleEndian.AppendUint32(nil, number)
	for from := 0; ; from++ {
		n := bytes.Index(code[from:], needle)
		if n < 0 {
			return
		}
		from += n
		for back := 1; back <= min(3, from); back++ {
			f(at + table.Addr(from-back))
		}
	}
}
