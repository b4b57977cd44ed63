package corefile

import (
	"bytes"
	"debug/elf"
	"errors"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// write writes a core file to a temporary file of the test's.
func write(t testing.TB, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "core")
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustOpen(t testing.TB, b []byte, program string) *Process {
	t.Helper()
	p, err := Open(write(t, b), program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

func TestThreadsAndTheirNotes(t *testing.T) {
	p := mustOpen(t, sample().bytes(), "")
	if got := p.Threads(); len(got) != 2 || got[0] != 100 || got[1] != 101 {
		t.Fatalf("threads %v", got)
	}
	if p.PID() != 100 || p.ThreadName(101) != "averylongprogra" || p.Info().Args != "./averylongprogram one two" || p.Signal() != 11 {
		t.Errorf("process %+v, signal %d", p.Info(), p.Signal())
	}
	var r machine.Regs
	if err := p.Regs(101, &r); err != nil || r.W[amd64.RIP] != 0x401004 {
		t.Errorf("registers of the second thread: %#x, %v", r.W[amd64.RIP], err)
	}
	if mask, err := p.SignalMask(100); err != nil || mask != 1<<9 {
		t.Errorf("mask %#x, %v", mask, err)
	}
	if b, err := p.XState(100); err != nil || len(b) != 832 || b[0] != 9 {
		t.Errorf("XSAVE area of %d bytes, %v", len(b), err)
	}
	if b, err := p.XState(101); err != nil || len(b) != xsaveHead || b[0] != 8 || b[fxsaveSize] != stateFP {
		t.Errorf("an XSAVE area made of NT_PRFPREG: %d bytes, %v", len(b), err)
	}
	if b, err := p.Siginfo(100); err != nil || b[0] != 11 {
		t.Errorf("siginfo %v, %v", b, err)
	}
	if _, err := p.Siginfo(101); err == nil {
		t.Errorf("the second thread has a siginfo_t from nowhere")
	}
	if err := p.Regs(7, &r); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("registers of no thread: %v", err)
	}
	if b, err := p.Auxv(); err != nil || !bytes.Equal(b, auxv(auxEntry, 0x401000)) {
		t.Errorf("auxiliary vector %v, %v", b, err)
	}
}

func TestMemoryIsReadAcrossSegmentsAndMissingIsSaidOf(t *testing.T) {
	p := mustOpen(t, sample().bytes(), "")
	b := make([]byte, 4)
	if n, err := p.ReadMemory(0x7ffe, b); n != 4 || err != nil || !bytes.Equal(b, []byte{0xbb, 0xbb, 0xcc, 0xcc}) {
		t.Errorf("%d bytes %x, %v", n, b, err)
	}
	for _, row := range []struct {
		addr table.Addr
		n    int
		err  error
	}{
		{0x8ffe, 2, ErrNotDumped}, // up to memory that was not dumped
		{0x9000, 0, ErrNotDumped},
		{0xa000, 0, ErrNotMapped},
		{0, 0, ErrNotMapped},
		{math.MaxUint64, 0, ErrNotMapped},
		{0x401000, 0, syscall.ENOENT}, // the mapped file does not exist
	} {
		n, err := p.ReadMemory(row.addr, b)
		var m *MemoryError
		if n != row.n || !errors.Is(err, row.err) || !errors.As(err, &m) || m.Addr != row.addr+table.Addr(n) {
			t.Errorf("%v: %d bytes, %v", row.addr, n, err)
		}
	}
}

// Memory that was not dumped is read from the mapped file; memory dumped after it is not.
func TestMemoryComesFromTheMappedFile(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	if err := os.WriteFile(data, append(make([]byte, 4096), bytes.Repeat([]byte("0123456789abcdef"), 1024)...), 0o600); err != nil {
		t.Fatal(err)
	}
	c := &tiny{}
	c.thread(1, 0, amd64.Regs(machine.Words{}))
	c.note("CORE", noteFile, fileNote(Mapping{0x10000, 0x13000, 4096, data}))
	c.loads = []load{{addr: 0x10000, size: 0x1000}, {addr: 0x11000, size: 0x1000, data: bytes.Repeat([]byte{1}, 4096)}}
	p := mustOpen(t, c.bytes(), "")
	b := make([]byte, 4)
	for addr, want := range map[table.Addr]string{0x10001: "1234", 0x10ffe: "ef\x01\x01", 0x11ffe: "\x01\x0101", 0x12001: "1234"} {
		if n, err := p.ReadMemory(addr, b); n != 4 || err != nil || string(b) != want {
			t.Errorf("%v: %q, %d, %v", addr, b, n, err)
		}
	}
	if n, err := p.ReadMemory(0x12ffe, b); n != 2 || !errors.Is(err, ErrNotMapped) {
		t.Errorf("beyond the mapping: %d, %v", n, err)
	}
}

// A file that was replaced since is not read: its text would be another program's.
func TestAFileThatHasChangedIsNotRead(t *testing.T) {
	for _, id := range []bool{true, false} {
		was, is := program("one", id), program("two", id)
		path := filepath.Join(t.TempDir(), "lib.so")
		if err := os.WriteFile(path, is, 0o600); err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			dumped []byte
			err    error
		}{{was, ErrChanged}, {is, nil}} {
			c := &tiny{}
			c.thread(1, 0, amd64.Regs(machine.Words{}))
			c.note("CORE", noteFile, fileNote(Mapping{0x10000, 0x12000, 0, path}))
			c.loads = []load{{addr: 0x10000, size: 0x2000, data: row.dumped[:len(row.dumped)-2], flags: elf.PF_X}}
			p := mustOpen(t, c.bytes(), "")
			b := make([]byte, 1)
			_, err := p.ReadMemory(0x10000+table.Addr(len(row.dumped)-1), b)
			if !errors.Is(err, row.err) || (err == nil) != (row.err == nil) {
				t.Errorf("build ID %v: %v", id, err)
			}
			if modules, _ := p.Modules(); len(modules) != 1 || (modules[0].File == nil) != (row.err != nil) {
				t.Errorf("build ID %v: modules %v", id, modules)
			}
		}
	}
}

// program is an ELF shared object whose build ID, or else whose text, is name.
func program(name string, id bool) []byte {
	h := (&tiny{}).bytes()[:headerSize]
	le.PutUint16(h[16:], uint16(elf.ET_DYN))
	le.PutUint16(h[56:], 2)
	c := &tiny{}
	if id {
		c.note("GNU", 3, []byte(name+name))
	}
	at := uint64(headerSize + 2*programHeaderSize)
	h = append(h, programHeader(elf.PT_LOAD, elf.PF_R|elf.PF_X, 0, 0, 1024, 1024)...)
	h = append(h, programHeader(elf.PT_NOTE, elf.PF_R, at, at, uint64(len(c.notes)), uint64(len(c.notes)))...)
	h = append(h, c.notes...)
	if !id {
		h = append(h, name...)
	}
	return append(h, make([]byte, 1024-len(h))...)
}

// A program named by the user is used, with a warning if it does not match.
func TestProgramThatDoesNotMatchIsWarnedAbout(t *testing.T) {
	for name, want := range map[string]bool{"averylongprogram": true, "other": false} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, program("one", false), 0o600); err != nil {
			t.Fatal(err)
		}
		c := sample()
		c.loads[0].data = nil // the program's first page is unknown: its name decides
		p := mustOpen(t, c.bytes(), path)
		if fits := len(p.Warnings()) == 0; fits != want || p.Executable() != path {
			t.Errorf("%s: program %s, warnings %q", name, p.Executable(), p.Warnings())
		}
	}
}

// With a limit on the size of core files the end of the memory is missing: the rest is
// read.
func TestCoreWithoutItsEndIsReadAsFarAsItGoes(t *testing.T) {
	whole := sample().bytes()
	p := mustOpen(t, whole[:len(whole)-0x1800], "")
	if len(p.Warnings()) == 0 || len(p.Threads()) != 2 {
		t.Errorf("warnings %q, threads %v", p.Warnings(), p.Threads())
	}
	if n, err := p.ReadMemory(0x7000, make([]byte, 0x1000)); n != 0x800 || !errors.Is(err, ErrNotDumped) {
		t.Errorf("%#x bytes, %v", n, err)
	}
}

// Each defect of a file is an error of its kind.
func TestMalformedCores(t *testing.T) {
	whole := sample().bytes()
	change := func(f func(b []byte)) []byte {
		b := bytes.Clone(whole)
		f(b)
		return b
	}
	notes := func(f func(c *tiny)) []byte {
		c := &tiny{}
		f(c)
		return c.bytes()
	}
	for name, row := range map[string]struct {
		file []byte
		err  error
	}{
		"empty":                     {nil, ErrNotCore},
		"text":                      {[]byte("#!/bin/sh\nexit 0\n# and some more text to fill a header up with\n"), ErrNotCore},
		"magic only":                {whole[:4], ErrTruncated},
		"half a header":             {whole[:40], ErrTruncated},
		"a program":                 {change(func(b []byte) { le.PutUint16(b[16:], uint16(elf.ET_EXEC)) }), ErrNotCore},
		"riscv":                     {change(func(b []byte) { le.PutUint16(b[18:], uint16(elf.EM_RISCV)) }), ErrUnsupported},
		"i386":                      {change(func(b []byte) { b[4] = byte(elf.ELFCLASS32); le.PutUint16(b[18:], uint16(elf.EM_386)) }), ErrUnsupported},
		"x32":                       {change(func(b []byte) { b[4] = byte(elf.ELFCLASS32) }), ErrUnsupported},
		"big-endian":                {change(func(b []byte) { b[5] = byte(elf.ELFDATA2MSB); b[16], b[17] = 0, byte(elf.ET_CORE) }), ErrUnsupported},
		"no program headers":        {change(func(b []byte) { le.PutUint16(b[56:], 0) }), ErrMalformed},
		"small program headers":     {change(func(b []byte) { le.PutUint16(b[54:], 8) }), ErrMalformed},
		"headers beyond the end":    {change(func(b []byte) { le.PutUint64(b[32:], math.MaxUint64-8) }), ErrTruncated},
		"cut in the headers":        {whole[:headerSize+20], ErrTruncated},
		"cut in the notes":          {whole[:headerSize+5*programHeaderSize+40], ErrTruncated},
		"PN_XNUM without a section": {change(func(b []byte) { le.PutUint16(b[56:], manyHeaders); le.PutUint64(b[40:], math.MaxUint64) }), ErrTruncated},
		"PN_XNUM of too many": {change(func(b []byte) {
			le.PutUint16(b[56:], manyHeaders)
			le.PutUint64(b[40:], headerSize)
			le.PutUint32(b[headerSize+44:], math.MaxUint32)
		}), ErrTruncated},
		"notes beyond the end": {change(func(b []byte) { le.PutUint64(b[headerSize+8:], math.MaxUint64-4) }), ErrTruncated},
		"a note too long":      {change(func(b []byte) { le.PutUint32(b[headerSize+5*programHeaderSize+4:], math.MaxUint32) }), ErrMalformed},
		"a name too long":      {change(func(b []byte) { le.PutUint32(b[headerSize+5*programHeaderSize:], math.MaxUint32) }), ErrMalformed},
		"no threads":           {notes(func(c *tiny) { c.note("CORE", notePrpsinfo, prpsinfo(1, "a", "a")) }), ErrNoThreads},
		"no notes":             {notes(func(*tiny) {}), ErrNoThreads},
		"half an NT_PRSTATUS":  {notes(func(c *tiny) { c.note("CORE", notePrstatus, make([]byte, 100)) }), ErrMalformed},
		"thread 0":             {notes(func(c *tiny) { c.thread(0, 0, amd64.Regs(machine.Words{})) }), ErrMalformed},
		"a thread twice": {notes(func(c *tiny) {
			c.thread(5, 0, amd64.Regs(machine.Words{}))
			c.thread(5, 0, amd64.Regs(machine.Words{}))
		}), ErrMalformed},
		"half an NT_PRPSINFO": {notes(func(c *tiny) { c.note("CORE", notePrpsinfo, make([]byte, 100)) }), ErrMalformed},
		"a huge NT_AUXV":      {notes(func(c *tiny) { c.note("CORE", noteAuxv, make([]byte, maxNote+4)) }), ErrMalformed},
		"files without names": {notes(func(c *tiny) { c.note("CORE", noteFile, fileNote(Mapping{1, 2, 0, "x"})[:40]) }), ErrMalformed},
		"more files than fit": {notes(func(c *tiny) {
			c.note("CORE", noteFile, le.AppendUint64(le.AppendUint64(nil, math.MaxUint64/24), 4096))
		}), ErrMalformed},
		"an empty mapping": {notes(func(c *tiny) { c.note("CORE", noteFile, fileNote(Mapping{2, 2, 0, "x"})) }), ErrMalformed},
		"an offset that overflows": {notes(func(c *tiny) {
			b := fileNote(Mapping{1, 2, 0, "x"})
			le.PutUint64(b[32:], math.MaxUint64)
			c.note("CORE", noteFile, b)
		}), ErrMalformed},
	} {
		c, err := parse(row.file)
		if !errors.Is(err, row.err) || c != nil {
			t.Errorf("%s: %v, %v is wanted", name, err, row.err)
		}
	}
}

// A core that names an irregular file as mapped does not make the debugger wait for a
// FIFO's writer, or read a device.
func TestMappedNamesOfNoFiles(t *testing.T) {
	dir := t.TempDir()
	fifo := filepath.Join(dir, "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Fatal(err)
	}
	c := &tiny{}
	c.thread(1, 0, amd64.Regs(machine.Words{}))
	c.note("CORE", noteFile, fileNote(Mapping{0x10000, 0x11000, 0, fifo}, Mapping{0x20000, 0x21000, 0, dir}, Mapping{0x30000, 0x31000, 0, "/dev/zero"}, Mapping{0x40000, 0x41000, 0, ""}))
	p := mustOpen(t, c.bytes(), "")
	for a := table.Addr(0x10000); a <= 0x40000; a += 0x10000 {
		if n, err := p.ReadMemory(a, make([]byte, 8)); n != 0 || err == nil {
			t.Errorf("%v: %d, %v", a, n, err)
		}
	}
	if _, err := Open(fifo, ""); !errors.Is(err, ErrNotCore) {
		t.Errorf("a FIFO: %v", err)
	}
	if Is(fifo) || Is(dir) || !Is(write(t, sample().bytes())) {
		t.Errorf("Is takes a FIFO or a directory for a core file, or a core file for none")
	}
}

// More mappings than fit the header's 16 bits: the count is in section header 0.
func TestManyProgramHeaders(t *testing.T) {
	c := sample()
	b := c.bytes()
	section := make([]byte, sectionHeaderSize)
	le.PutUint32(section[44:], uint32(len(c.loads)+1))
	le.PutUint64(b[40:], uint64(len(b)))
	le.PutUint16(b[56:], manyHeaders)
	p := mustParse(t, append(b, section...))
	if len(p.segments) != len(c.loads) {
		t.Errorf("%d segments", len(p.segments))
	}
}

// glibc's own variables locate its rseq area; an area that they do not describe is
// unknown.
func TestRseqAreaIsFoundByGlibcsVariables(t *testing.T) {
	const fs, offset, size = 0x8000, 0x7100, 0x7200 // the thread pointer, and where the variables are
	for name, row := range map[string]struct {
		offset int64
		size   uint32
		cpu    int32
		area   table.Addr
		length uint32
		err    error
	}{
		"as glibc 2.36 has it":           {0x40, 32, 3, fs + 0x40, 32, nil},
		"below the thread pointer":       {-0xd00, 20, 0, fs - 0xd00, 32, nil},
		"with the fields of Linux 7":     {0x40, 36, 0, fs + 0x40, 36, nil},
		"glibc has made none":            {0x40, 0, 0, 0, 0, tracee.ErrRseqUnknown},
		"the thread is not registered":   {0x40, 32, -1, 0, 0, nil},
		"the kernel refused it":          {0x40, 32, -2, 0, 0, nil},
		"where nothing was mapped":       {0x100000, 32, 0, 0, 0, tracee.ErrRseqUnknown},
		"beyond the address space's end": {-0x9000, 32, 0, 0, 0, tracee.ErrRseqUnknown},
	} {
		c := sample()
		memory := append(c.loads[1].data, c.loads[2].data...)
		le.PutUint64(memory[offset-0x7000:], uint64(row.offset))
		le.PutUint32(memory[size-0x7000:], row.size)
		if at := fs + row.offset + 4 - 0x7000; at > 0 && at < int64(len(memory)) {
			le.PutUint32(memory[at:], uint32(row.cpu))
		}
		c.loads[1].data, c.loads[1].size = memory, uint64(len(memory))
		c.loads = append(c.loads[:2], c.loads[3:]...)
		p := mustOpen(t, c.bytes(), "")
		if _, err := p.Rseq(100); !errors.Is(err, tracee.ErrRseqUnknown) {
			t.Errorf("%s: without symbols: %v", name, err)
		}
		p.FindSymbols(func(name string) (table.Addr, bool) {
			a, ok := map[string]table.Addr{"__rseq_offset": offset, "__rseq_size": size}[name]
			return a, ok
		})
		got, err := p.Rseq(100)
		if got.Area != row.area || got.Size != row.length || !errors.Is(err, row.err) || got.Registered() && got.Signature != 0x53053053 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

// The core's text about the process is printed to a terminal.
func TestControlCharactersAreNotShown(t *testing.T) {
	i, err := parsePrpsinfo(prpsinfo(1, "a\x1b[2J", "./a\nb \x9b\xff c "))
	if err != nil || i.Name != "a?[2J" || i.Args != "./a?b ?? c" {
		t.Errorf("%q %q, %v", i.Name, i.Args, err)
	}
}

// The debugger does not allocate the sizes that a core claims.
func TestAHugeVDSOIsNotRead(t *testing.T) {
	c := sample()
	c.note("CORE", noteAuxv, auxv(auxVDSO, 0x100000))
	c.loads = append(c.loads, load{addr: 0x100000, size: math.MaxInt64, data: make([]byte, 16), flags: elf.PF_X})
	p := mustOpen(t, c.bytes(), "")
	modules, _ := p.Modules()
	if len(modules) == 0 || modules[0].Path != "[vdso]" || modules[0].High-modules[0].Low > maxVDSO {
		t.Errorf("%d modules, the first %+v", len(modules), modules[0])
	}
}

// No byte of a core file makes the reader panic, and what Parse accepts can be
// read.
func FuzzParse(f *testing.F) {
	small := sample()
	for i := range small.loads {
		small.loads[i].data = small.loads[i].data[:min(16, len(small.loads[i].data))]
	}
	f.Add(small.bytes())
	f.Add((&tiny{}).bytes())
	arm := &tiny{machine: elf.EM_AARCH64}
	arm.thread(7, 11, arm64.Regs(machine.Words{}))
	arm.note("LINUX", noteSVE, sve(false))
	arm.note("LINUX", 0x401, make([]byte, 16))
	f.Add(arm.bytes())
	f.Add(program("one", true))
	f.Fuzz(func(t *testing.T, b []byte) {
		buildID(b)
		c, err := parse(b)
		if (c == nil) != (err != nil) {
			t.Fatalf("%v and %v", c, err)
		}
		if c == nil {
			return
		}
		p := &Process{Core: c, opened: map[string]*mapped{}}
		buf := make([]byte, 64)
		for _, s := range c.segments {
			for _, a := range []table.Addr{s.low, s.high - 8, s.low - 8} {
				n, err := p.readDumped(a, buf)
				if n > len(buf) || err == nil && n < len(buf) && c.segmentAt(a+table.Addr(n)) != nil && c.segmentAt(a+table.Addr(n)).dumped > uint64(a)+uint64(n)-uint64(c.segmentAt(a+table.Addr(n)).low) {
					t.Fatalf("%v: %d bytes, %v", a, n, err)
				}
			}
		}
		for _, th := range c.threads {
			p.XState(th.TID)
			p.Siginfo(th.TID)
			if _, err := p.Rseq(th.TID); err == nil {
				t.Fatalf("a registration without symbols")
			}
		}
		for _, m := range c.files {
			p.beginning(m.Path)
			c.dumpedUpTo(m.Low, m.High)
		}
	})
}
