package rseq_test

import (
	"bytes"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// stretches is the memory of a process.
type stretches []stretch

type stretch struct {
	at    table.Addr
	bytes []byte
}

func (m *stretches) ReadMemory(a table.Addr, p []byte) (int, error) {
	for _, s := range *m {
		if off := a - s.at; off < table.Addr(len(s.bytes)) {
			if n := copy(p, s.bytes[off:]); n < len(p) {
				return n, errUnmapped
			}
			return len(p), nil
		}
	}
	return 0, errUnmapped
}

// FuzzSections: for any code and descriptors, Guard allows nothing inside a section or on a
// signature, and nothing panics.
func FuzzSections(f *testing.F) {
	f.Add([]byte("\x48\x8b\x07\x48\x85\xc0\x74\x28\x48\xff\xc0\x48\x89\x07\xc3"), []byte{0, 14, 64, 3, 9, 80}, uint16(4))
	f.Add([]byte("\xeb\xfe\xff\xe1\x74\x00\x0f\x05"), []byte{0, 8, 9, 4, 8, 2, 8, 0, 0}, uint16(1))
	f.Add([]byte("\x90"), []byte{255, 255, 0, 1, 255, 255}, uint16(255))
	f.Fuzz(func(t *testing.T, code, sections []byte, at uint16) {
		tabletest.Hurry(t)
		const base, size, late = table.Addr(0x400000), 0x200, table.Addr(0x600000)
		text := bytes.Repeat([]byte{0x90}, size)
		copy(text, code)
		m := stretches{{base, text}}
		var list []section
		for ; len(sections) >= 3 && len(list) < 8; sections = sections[3:] { // start, length, abort
			start := base + table.Addr(sections[0])
			list = append(list, section{0x480000 + 32*table.Addr(len(list)), start, start + table.Addr(sections[1]), base + 0x100 + table.Addr(sections[2])})
		}
		s := process(&m, &symbols{functions: []function{{"f", []machine.Range{{Low: base, High: base + size}}}}}, list...)
		if len(list) > 0 { // read the last section again from memory, with any length
			last := list[len(list)-1]
			m = append(m, stretch{late, descriptor(last.start, uint64(at)<<(at%60), last.abort)})
			s.Learn(late)
		}
		pc := base + table.Addr(at)%size
		s.Reached(pc)
		s.Around(pc)
		for _, p := range s.Image().Sections() {
			_, _, _ = s.Arming(p)
			s.Handler(p)
		}
		for a := base - table.Addr(at%8); a < base+size+8; a += 1 + table.Addr(at%7) {
			if s.Guard(a) == nil {
				if p := s.Covering(a); p != nil {
					t.Fatalf("a breakpoint at %v, inside %+v", a, p)
				}
				if p := s.Image().SignatureAt(a); p != nil {
					t.Fatalf("a breakpoint at %v, on the signature of %+v", a, p)
				}
			}
			if trap, err := s.InsideTrap(a); err == nil && trap != 0 && s.GuardOwn(trap) != nil {
				t.Fatalf("a breakpoint at %v is met at %v: %v", a, trap, s.GuardOwn(trap))
			}
		}
		for _, p := range s.Image().Sections() {
			body, err := s.Body(p)
			if err != nil {
				continue
			}
			for _, a := range s.Exits(body) {
				if q := s.Image().At(a); q != nil {
					if _, err := s.Body(q); err == nil {
						t.Fatalf("the section %+v is left to %v, inside %+v", p, a, q)
					}
				}
			}
		}
	})
}
