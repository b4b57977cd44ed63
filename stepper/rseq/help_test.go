package rseq_test

import (
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/rseq"
	"rseqstep/table"
)

type addr = table.Addr

var errUnmapped = errors.New("nothing is mapped there")

// memory holds the bytes of a process, by address.
type memory struct {
	bytes map[table.Addr]byte
	reads int // the number of reads
}

func (m *memory) ReadMemory(addr table.Addr, p []byte) (int, error) {
	m.reads++
	for n := range p {
		b, ok := m.bytes[addr+table.Addr(n)]
		if !ok {
			return n, errUnmapped
		}
		p[n] = b
	}
	return len(p), nil
}

func (m *memory) put(addr table.Addr, p ...byte) {
	for n, b := range p {
		m.bytes[addr+table.Addr(n)] = b
	}
}

// code stores instructions given in hexadecimal with spaces.
func (m *memory) code(t testing.TB, addr table.Addr, text string) {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	m.put(addr, b...)
}

// descriptor stores a struct rseq_cs.
func (m *memory) descriptor(at, start table.Addr, length uint64, abort table.Addr) {
	m.put(at, descriptor(start, length, abort)...)
}

// descriptor encodes a struct rseq_cs.
func descriptor(start table.Addr, length uint64, abort table.Addr) []byte {
	b := make([]byte, 8, table.DescriptorSize) // version and flags are 0
	for _, v := range []uint64{uint64(start), length, uint64(abort)} {
		b = binary.LittleEndian.AppendUint64(b, v)
	}
	return b
}

// regs returns a thread's registers at pc.
func regs(pc table.Addr, rax, fsBase, flags uint64) machine.Regs {
	r := amd64.Regs(machine.Words{amd64.RAX: rax, amd64.FSBase: fsBase, amd64.EFLAGS: flags})
	r.SetPC(pc)
	return r
}

// function is a program's symbol data about one function.
type function struct {
	name string
	code []machine.Range // the first range begins at the entry
}

// symbols answers from lists.
type symbols struct {
	functions  []function
	statements []table.Addr
	stubs      map[table.Addr]table.Addr
}

func (s *symbols) at(pc table.Addr) *function {
	for i := range s.functions {
		if machine.InRanges(s.functions[i].code, pc) {
			return &s.functions[i]
		}
	}
	return nil
}

func (s *symbols) Extent(pc table.Addr) (table.Addr, []machine.Range, bool) {
	if f := s.at(pc); f != nil {
		return f.code[0].Low, f.code, true
	}
	return 0, nil, false
}

func (s *symbols) Statements(r machine.Range) (list []table.Addr) {
	for _, a := range s.statements {
		if r.Contains(a) {
			list = append(list, a)
		}
	}
	return list
}

func (s *symbols) BeginsStatement(a table.Addr) bool {
	return len(s.Statements(machine.Range{Low: a, High: a + 1})) > 0
}

func (s *symbols) Symbol(a table.Addr) (string, uint64, bool) {
	if f := s.at(a); f != nil {
		return f.name, uint64(a - f.code[0].Low), true
	}
	return "", 0, false
}

func (s *symbols) Trampoline(pc table.Addr, _ machine.Memory) (table.Addr, bool) {
	to, ok := s.stubs[pc]
	return to, ok
}

// section is a section of the module.
type section struct{ at, start, end, abort table.Addr }

// process returns the Sections of a process with one module, loaded at its own addresses.
func process(mem machine.Memory, sym *symbols, sections ...section) *rseq.Sections {
	f := &table.File{}
	for _, c := range sections {
		f.Sections = append(f.Sections, table.Section{At: table.FileAddr(c.at), Start: table.FileAddr(c.start), End: table.FileAddr(c.end), Abort: table.FileAddr(c.abort)})
	}
	s := rseq.New(amd64.Arch(), mem, sym)
	s.Reload([]*table.Module{{File: f, Low: 0x400000, High: 0x500000}})
	return s
}
