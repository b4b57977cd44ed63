package symbols

import (
	"bytes"
	"debug/dwarf"
	"debug/elf"
	"encoding/binary"
	"testing"

	"rseqstep/stepper/cfi"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// bareImage is an image without a file, code everywhere.
func bareImage() *image {
	f := &elfFile{File: &elf.File{FileHeader: elf.FileHeader{Class: elf.ELFCLASS64, ByteOrder: binary.LittleEndian, Machine: elf.EM_X86_64}}}
	f.exec = []span{{0, ^uint64(0)}}
	return newImage("fuzz", f, nil)
}

// contents is a section of a compiled program.
func contents(t testing.TB, program, section string) []byte {
	t.Helper()
	f, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := f.Section(section)
	if s == nil {
		return nil
	}
	p, err := s.Data()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// FuzzUnwind reads its input as .eh_frame or .debug_frame and unwinds by every
// entry of it: no panic, and no rules without an entry that covers the address.
func FuzzUnwind(f *testing.F) {
	f.Add(contents(f, compile(f, "calls.c"), ".eh_frame"), true)
	f.Add(contents(f, compile(f, "calls.c", "-fno-asynchronous-unwind-tables"), ".debug_frame"), false)
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 0x80}, true)
	f.Fuzz(func(t *testing.T, p []byte, eh bool) {
		tabletest.Hurry(t)
		im := bareImage()
		c := &cfiIndex{im: im, rows: map[uint64]*cfi.Row{}, cies: map[uint64]*cfi.CIE{}}
		im.cfi = c
		c.scan(im.frameSection(p, 0x1000, eh))
		m := &Module{img: im}
		stack := words{0x7000, make([]byte, 4096)}
		for i, ref := range c.list {
			if i == 50 {
				break
			}
			e, err := ref.sec.FDEAt(uint64(ref.off))
			if err != nil || (span{e.Low, e.High}) != ref.span {
				t.Fatalf("entry %+v reads as %+v, %v", ref, e, err)
			}
			for _, pc := range []uint64{e.Low, e.Low + (e.High-e.Low)/2, e.High - 1} {
				row, err := e.RowAt(pc)
				if (row == nil) == (err == nil) {
					t.Fatalf("row %v with error %v", row, err)
				}
				if err == nil {
					_, _ = m.apply(row, regs(machine.Words{amd64.RIP: pc, amd64.RSP: 0x7100, amd64.RBP: 0x7200}), stack)
				}
			}
		}
		s := New(Options{})
		m.Low, m.High = 0, 1<<40
		s.modules = []*Module{m}
		if n := len(s.Frames(regs(machine.Words{amd64.RIP: 0x1100, amd64.RSP: 0x7100, amd64.RBP: 0x7200}), stack, 64)); n > 64 {
			t.Fatalf("%d frames", n)
		}
	})
}

// FuzzDWARF reads its input as DWARF sections and queries everything.
func FuzzDWARF(f *testing.F) {
	for _, flags := range builds(f) {
		program := compile(f, "names.cc", flags...)
		f.Add(contents(f, program, ".debug_abbrev"), contents(f, program, ".debug_info"), contents(f, program, ".debug_line"), contents(f, program, ".debug_rnglists"))
	}
	f.Fuzz(func(t *testing.T, abbrev, info, line, lists []byte) {
		tabletest.Hurry(t)
		im := bareImage()
		d, err := dwarf.New(abbrev, nil, nil, info, line, nil, lists, make([]byte, 4096))
		if err != nil {
			return
		}
		im.debugTried, im.dwarfTried = true, true
		im.adopt(d, info)
		im.sections[".debug_info"], im.sections[".debug_str"] = info, make([]byte, 4096)
		im.indexUnits()
		s := New(Options{})
		m := &Module{Module: table.Module{High: 1 << 40}, img: im}
		s.modules, s.byOrder = []*Module{m}, []*Module{m}
		for i, u := range im.units {
			if i == 4 {
				break
			}
			for k, fun := range u.functions().fns {
				if k == 8 {
					break
				}
				pc := table.Addr(fun.entry)
				depth, entering := s.Inlines(pc)
				if entering > depth {
					t.Fatalf("%d of %d inlined calls begin", entering, depth)
				}
				s.Line(pc, depth)
				s.LineStart(pc, depth)
				s.LineRanges(pc, 0)
				s.Function(pc)
			}
		}
		for _, l := range []string{"main", "f", "names.cc:20"} {
			if p, err := s.Lookup(l, 0); (len(p) == 0) != (err != nil) {
				t.Fatalf("Lookup(%q) = %v, %v", l, p, err)
			}
		}
		m.Named("x")
	})
}

// FuzzQuery looks up any text among C++, Rust and Go names.
func FuzzQuery(f *testing.F) {
	for _, q := range []string{"main", "ns::f(int)", "operator<<", "operator()", "~A", "::f", "a<b<c>>::d", "(*T).Add", "[abi:", "operator", ")(", "f()("} {
		f.Add(q)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tabletest.Hurry(t)
		q := newQuery(text)
		likes := q.likes()
		for _, n := range []string{"_ZN2ns1fEi", "_ZN2ns1gIiEET_S1_", "_ZlsRSoi", "_RNvC1a1b", "main.(*counter).add", "x.F[go.shape.int].func1"} {
			name := &funcName{short: plain(n), linkage: n, goLang: !mangled(n)}
			q.matches(name)
			if mangled(n) && q.matchesSymbol(n) && n != q.text && likes != nil && !likes([]byte(n)) {
				t.Errorf("%q names %s, which is not taken for likely", text, n)
			}
		}
	})
}

// FuzzELF reads its input as a module's file and queries everything.
func FuzzELF(f *testing.F) {
	root := unitOf(cycle(dwarf.AttrAbstractOrigin))
	abbrev, info := tabletest.DWARF(root)
	f.Add(tabletest.Program(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info}))
	f.Add(tabletest.Program(map[string][]byte{".debug_line": lineProgram(20), ".eh_frame": {0, 0, 0, 0}, ".zdebug_info": []byte("ZLIB\x00\x00\x00\x00\x00\x00\x00\x09x")}))
	e := tabletest.ELF{Class: elf.ELFCLASS32, Data: elf.ELFDATA2MSB, Machine: elf.EM_PPC, Type: elf.ET_EXEC}
	e.Add(tabletest.ELFSection{Name: ".text", Type: elf.SHT_PROGBITS, Flags: elf.SHF_ALLOC | elf.SHF_EXECINSTR, Addr: 0x1000, Data: make([]byte, 64)})
	e.Symbols = []tabletest.ELFSymbol{{Name: "main", Value: 0x1000, Size: 32, Info: elf.ST_INFO(elf.STB_GLOBAL, elf.STT_FUNC), Section: 1}}
	f.Add(e.Bytes())
	f.Fuzz(func(t *testing.T, b []byte) {
		tabletest.Hurry(t)
		s, err := of(bytes.NewReader(b))
		if (err != nil) != (len(s.Modules()) == 0) {
			t.Fatalf("%d modules, error %v", len(s.Modules()), err)
		}
		for _, pc := range []table.Addr{0, 0x1000, 0x1010, 0x1080, 1<<40 - 1} {
			ask(s, pc)
			s.Trampoline(pc, words{0x7000, make([]byte, 64)})
			s.Frames(regs(machine.Words{amd64.RIP: uint64(pc), amd64.RSP: 0x7000}), words{0x7000, make([]byte, 64)}, 8)
		}
		s.Complete("m")
	})
}

// regs are registers of a thread.
func regs(w machine.Words) *machine.Regs {
	r := amd64.Regs(w)
	return &r
}
