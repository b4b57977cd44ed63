package symbols

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
	"os"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
)

// core is a core file as a stopped process: registers of its first thread,
// memory, modules. Text that the core omits is read from the files.
type core struct {
	t       *testing.T
	file    *elf.File
	regs    machine.Regs
	modules []*table.Module
	files   map[string]*elf.File
}

// prStatusRegs is the offset of pr_reg in struct elf_prstatus on amd64
// (include/uapi/linux/elfcore.h): siginfo 12, cursig 2 (+2), sigpend and
// sighold 16, four pids 16, four timevals 64.
const prStatusRegs = 112

func openCore(t *testing.T, path string) *core {
	t.Helper()
	f, err := elf.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	c := &core{t: t, file: f, files: map[string]*elf.File{}}
	for _, p := range f.Progs {
		if p.Type == elf.PT_NOTE {
			data, err := io.ReadAll(p.Open())
			if err != nil {
				t.Fatal(err)
			}
			c.notes(data)
		}
	}
	return c
}

func (c *core) notes(p []byte) {
	le := binary.LittleEndian
	pad := func(n uint32) int { return int(n+3) &^ 3 }
	seen := false
	for len(p) >= 12 {
		namesz, descsz, typ := le.Uint32(p), le.Uint32(p[4:]), le.Uint32(p[8:])
		desc := p[12+pad(namesz):][:descsz]
		switch typ {
		case 1: // NT_PRSTATUS; the first is the thread that was selected
			if !seen {
				seen = true
				c.regs = amd64.Arch().RegsOf(desc[prStatusRegs:])
			}
		case 6: // NT_AUXV
			for a := desc; len(a) >= 16; a = a[16:] {
				if le.Uint64(a) == 33 { // AT_SYSINFO_EHDR
					base := table.Addr(le.Uint64(a[8:]))
					c.modules = append(c.modules, &table.Module{Path: "[vdso]", Bias: base, Low: base, High: base + 0x4000})
				}
			}
		case 0x46494c45: // NT_FILE
			c.mappings(desc)
		}
		p = p[12+pad(namesz)+pad(descsz):]
	}
}

// mappings reads NT_FILE: count, page size, then start, end and page offset of
// each, then the names.
func (c *core) mappings(p []byte) {
	le := binary.LittleEndian
	n := int(le.Uint64(p))
	names := bytes.Split(p[16+24*n:], []byte{0})
	byPath := map[string]*table.Module{}
	for i := 0; i < n; i++ {
		m := p[16+24*i:]
		low, high, off := le.Uint64(m), le.Uint64(m[8:]), le.Uint64(m[16:])
		path := string(names[i])
		mod := byPath[path]
		if mod == nil {
			f, err := elf.Open(path)
			if err != nil {
				continue
			}
			c.t.Cleanup(func() { f.Close() })
			c.files[path] = f
			mod = &table.Module{Path: path, Low: table.Addr(low)}
			for _, seg := range f.Progs {
				if seg.Type == elf.PT_LOAD && off == 0 && seg.Off&^0xfff == 0 {
					mod.Bias = table.Addr(low - seg.Vaddr&^0xfff)
					break
				}
			}
			byPath[path] = mod
			c.modules = append(c.modules, mod)
		}
		mod.High = table.Addr(high)
	}
}

// ReadMemory implements machine.Memory.
func (c *core) ReadMemory(addr table.Addr, p []byte) (int, error) {
	for _, seg := range c.file.Progs {
		if seg.Type == elf.PT_LOAD && uint64(addr)-seg.Vaddr < seg.Filesz {
			n, err := seg.ReadAt(p[:min(uint64(len(p)), seg.Vaddr+seg.Filesz-uint64(addr))], int64(uint64(addr)-seg.Vaddr))
			if n == len(p) {
				err = nil
			}
			return n, err
		}
	}
	for _, m := range c.modules {
		f := c.files[m.Path]
		if f == nil || addr < m.Low || addr >= m.High {
			continue
		}
		a := uint64(m.FileAddr(addr))
		for _, seg := range f.Progs {
			if seg.Type == elf.PT_LOAD && a-seg.Vaddr < seg.Filesz {
				n, err := seg.ReadAt(p, int64(a-seg.Vaddr))
				if n == len(p) {
					err = nil
				}
				return n, err
			}
		}
	}
	return 0, io.ErrUnexpectedEOF
}

// set is the symbols of the core's modules, the vDSO's image taken from memory.
func (c *core) set() *Set {
	s := New(Options{Open: func(m *table.Module) (io.ReaderAt, error) {
		if m.Path != "[vdso]" {
			return nil, nil
		}
		p := make([]byte, m.High-m.Low)
		n, _ := c.ReadMemory(m.Low, p)
		return bytes.NewReader(p[:n]), nil
	}})
	s.Reload(c.modules)
	for _, m := range c.modules {
		if err := s.Problem(m.Path); err != nil {
			c.t.Fatal(err)
		}
	}
	return s
}

func TestMain(m *testing.M) {
	// gdb prints the same in every locale and queries no server.
	os.Setenv("LC_ALL", "C")
	os.Unsetenv("DEBUGINFOD_URLS")
	os.Exit(m.Run())
}
