package expr_test

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// core is a stopped process from a core file that gdb wrote. Writes go into a
// layer above it.
type core struct {
	file    *elf.File
	written map[table.Addr]byte
	regs    machine.Regs
	xstate  []byte
	modules []*table.Module
}

// Types of the notes in a core file (include/uapi/linux/elf.h).
const (
	ntPRStatus = 1
	ntFile     = 0x46494c45
	ntXState   = 0x202
)

func openCore(t testing.TB, path string) *core {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	c := &core{file: f, written: map[table.Addr]byte{}}
	le := binary.LittleEndian
	for _, p := range f.Progs {
		if p.Type != elf.PT_NOTE {
			continue
		}
		notes := make([]byte, p.Filesz)
		if _, err := p.ReadAt(notes, 0); err != nil {
			t.Fatal(err)
		}
		for len(notes) >= 12 {
			name, desc, kind := le.Uint32(notes), le.Uint32(notes[4:]), le.Uint32(notes[8:])
			at := 12 + (name+3)&^3
			d := notes[at : at+desc]
			notes = notes[min(int(at+(desc+3)&^3), len(notes)):]
			switch kind {
			case ntPRStatus:
				// pr_reg is 112 bytes into struct elf_prstatus on amd64. The
				// thread that gdb has selected is the first.
				if c.regs.W[amd64.RIP] == 0 {
					c.regs = amd64.Arch().RegsOf(d[112:])
				}
			case ntXState:
				if c.xstate == nil {
					c.xstate = append([]byte(nil), d...)
				}
			case ntFile:
				c.readFiles(t, d)
			}
		}
	}
	if c.regs.W[amd64.RIP] == 0 || len(c.modules) == 0 {
		t.Fatalf("%s: registers %#x, %d modules", path, c.regs.W[amd64.RIP], len(c.modules))
	}
	return c
}

// readFiles reads NT_FILE: count, page size, count times (start, end, offset
// in pages), then count names.
func (c *core) readFiles(t testing.TB, d []byte) {
	le := binary.LittleEndian
	n := int(le.Uint64(d))
	page := le.Uint64(d[8:])
	names := bytes.Split(d[16+24*n:], []byte{0})
	seen := map[string]*table.Module{}
	for i := 0; i < n; i++ {
		start, end, off := le.Uint64(d[16+24*i:]), le.Uint64(d[24+24*i:]), le.Uint64(d[32+24*i:])*page
		path := string(names[i])
		m := seen[path]
		if m == nil {
			f, err := elf.Open(path)
			if err != nil {
				continue // a locale archive, or the like
			}
			first := uint64(0)
			for _, p := range f.Progs {
				if p.Type == elf.PT_LOAD {
					first = p.Vaddr - p.Off
					break
				}
			}
			f.Close()
			m = &table.Module{Path: path, Bias: table.Addr(start - off - first), Low: table.Addr(start)}
			seen[path] = m
			c.modules = append(c.modules, m)
		}
		m.High = max(m.High, table.Addr(end))
	}
	for _, m := range c.modules { // .bss follows the file's last mapping
		f, err := elf.Open(m.Path)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range f.Progs {
			if p.Type == elf.PT_LOAD {
				m.High = max(m.High, m.Bias+table.Addr(p.Vaddr+p.Memsz+4095)&^4095)
			}
		}
		f.Close()
	}
}

var errUnmapped = errors.New("not in the core file")

func (c *core) ReadMemory(addr table.Addr, p []byte) (int, error) {
	for n := 0; n < len(p); {
		got := 0
		for _, s := range c.file.Progs {
			at := uint64(addr) + uint64(n)
			if s.Type == elf.PT_LOAD && at-s.Vaddr < s.Filesz {
				got, _ = s.ReadAt(p[n:min(len(p), n+int(s.Filesz-(at-s.Vaddr)))], int64(at-s.Vaddr))
				break
			}
		}
		if got == 0 {
			got = c.readFile(addr+table.Addr(n), p[n:])
		}
		if got == 0 {
			return n, errUnmapped
		}
		n += got
	}
	for i := range p {
		if b, ok := c.written[addr+table.Addr(i)]; ok {
			p[i] = b
		}
	}
	return len(p), nil
}

// readFile reads what gdb omitted from the core: a file's read-only parts.
func (c *core) readFile(addr table.Addr, p []byte) int {
	for _, m := range c.modules {
		if addr < m.Low || addr >= m.High {
			continue
		}
		f, err := elf.Open(m.Path)
		if err != nil {
			return 0
		}
		defer f.Close()
		for _, s := range f.Progs {
			if at := uint64(addr - m.Bias); s.Type == elf.PT_LOAD && at-s.Vaddr < s.Filesz {
				n, _ := s.ReadAt(p[:min(len(p), int(s.Filesz-(at-s.Vaddr)))], int64(at-s.Vaddr))
				return n
			}
		}
	}
	return 0
}

func (c *core) WriteMemory(addr table.Addr, p []byte) (int, error) {
	for i, b := range p {
		c.written[addr+table.Addr(i)] = b
	}
	return len(p), nil
}
