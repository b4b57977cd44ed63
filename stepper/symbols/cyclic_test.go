package symbols

import (
	"bytes"
	"debug/dwarf"
	"encoding/binary"
	"testing"

	"rseqstep/table/tabletest"
)

type die = tabletest.DIE

func attr(at dwarf.Attr, v any) tabletest.DIEAttr { return tabletest.DIEAttr{At: at, Value: v} }

// code gives an entry some of the program's code.
func code(d *die, low, high uint64) *die {
	d.Attrs = append(d.Attrs, attr(dwarf.AttrLowpc, low), attr(dwarf.AttrHighpc, high))
	return d
}

// unit is a compilation unit of these entries.
func unitOf(children ...*die) *die {
	u := code(&die{Tag: dwarf.TagCompileUnit, Children: children}, 0x1000, 0x2000)
	u.Attrs = append(u.Attrs, attr(dwarf.AttrName, "hostile.c"))
	return u
}

// Cyclic entries are queried in every way; no query loops or grows the stack
// without bound.
func TestCyclicDWARFIsWalkedOnce(t *testing.T) {
	for name, root := range map[string]*die{
		"origin":        unitOf(cycle(dwarf.AttrAbstractOrigin)),
		"specification": unitOf(cycle(dwarf.AttrSpecification)),
		"import":        unitOf(cycle(dwarf.AttrImport)),
		"type":          unitOf(cycle(dwarf.AttrType)),
		"sibling":       unitOf(cycle(dwarf.AttrSibling)),
		"containing":    unitOf(cycle(dwarf.AttrContainingType)),
	} {
		t.Run(name, func(t *testing.T) {
			abbrev, info := tabletest.DWARF(root)
			b := tabletest.Program(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
			tabletest.Within(t, func() {
				s, err := of(bytes.NewReader(b))
				if err != nil {
					t.Fatal(err)
				}
				if !s.Modules()[0].HasDWARF() {
					t.Fatal("no DWARF in it")
				}
				for pc := uint64(0x1000); pc < 0x1100; pc += 0x10 {
					ask(s, s.Modules()[0].process(pc))
				}
				s.Complete("h")
			})
		})
	}
}

// cycle is a function with inlined calls, two of which refer to each other and
// one to the function around them.
func cycle(at dwarf.Attr) *die {
	f := code(&die{Tag: dwarf.TagSubprogram}, 0x1000, 0x1100)
	a := code(&die{Tag: dwarf.TagInlinedSubroutine}, 0x1000, 0x1080)
	b := code(&die{Tag: dwarf.TagInlinedSubroutine}, 0x1000, 0x1040)
	c := code(&die{Tag: dwarf.TagInlinedSubroutine}, 0x1080, 0x10a0)
	f.Children, a.Children = []*die{a, c}, []*die{b}
	for _, p := range [][2]*die{{f, f}, {a, b}, {b, a}, {c, f}} {
		p[0].Attrs = append(p[0].Attrs, attr(at, p[1]))
	}
	if at == dwarf.AttrSibling {
		a.Attrs = append(a.Attrs, attr(dwarf.AttrAbstractOrigin, f))
	}
	return f
}

// Entries nested a hundred thousand deep.
func TestDeepDWARFEnds(t *testing.T) {
	root := unitOf()
	at := root
	for range 100000 {
		in := code(&die{Tag: dwarf.TagLexDwarfBlock, Children: []*die{}}, 0x1000, 0x1100)
		at.Children, at = []*die{in}, in
	}
	abbrev, info := tabletest.DWARF(root)
	b := tabletest.Program(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
	tabletest.Within(t, func() {
		s, err := of(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		ask(s, 0x1010)
	})
}

// lineProgram is a .debug_line of version 4 (DWARF 4 section 6.2.4) whose one
// unit makes a row of each of n bytes.
func lineProgram(n int) []byte {
	le := binary.LittleEndian
	header := []byte{1, 1, 1, 0xfb, 14, 13} // lengths, default_is_stmt, line_base -5, line_range, opcode_base
	header = append(header, 0, 1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 1)
	header = append(header, 0)
	header = append(append(header, "hostile.c"...), 0, 0, 0, 0, 0)
	body := append([]byte{0, 9, 2}, le.AppendUint64(nil, 0x1000)...)
	body = append(body, bytes.Repeat([]byte{13 + 14 + 6}, n)...) // address + 1, line + 1
	body = append(body, 0, 1, 1)
	p := le.AppendUint32(nil, uint32(2+4+len(header)+len(body)))
	p = le.AppendUint16(p, 4)
	p = le.AppendUint32(p, uint32(len(header)))
	return append(append(p, header...), body...)
}

// A line program that makes a row of each byte.
func TestLineBombsCostLittle(t *testing.T) {
	root := unitOf(code(&die{Tag: dwarf.TagSubprogram, Attrs: []tabletest.DIEAttr{attr(dwarf.AttrName, "main")}}, 0x1000, 0x1100))
	root.Attrs = append(root.Attrs, attr(dwarf.AttrStmtList, uint32(0)))
	abbrev, info := tabletest.DWARF(root)
	for _, n := range []int{200, 20 << 20} {
		b := tabletest.Program(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info, ".debug_line": lineProgram(n)})
		tabletest.Within(t, func() {
			s, err := of(bytes.NewReader(b))
			if err != nil {
				t.Fatal(err)
			}
			line, ok := s.Line(0x1010, 0)
			if n == 200 && (!ok || line.Line < 2) {
				t.Errorf("an honest program of the kind says %+v, %v", line, ok)
			}
			ask(s, 0x1010)
		})
	}
}

// Thousands of functions that each use the same long list of ranges.
func TestSharedRangeListsCostLittle(t *testing.T) {
	var ranges []byte
	for i := range uint64(1 << 16) {
		ranges = binary.LittleEndian.AppendUint64(ranges, 0x1000+i%0x800)
		ranges = binary.LittleEndian.AppendUint64(ranges, 0x1001+i%0x800)
	}
	ranges = append(ranges, make([]byte, 16)...)
	root := unitOf()
	for range 10000 {
		root.Children = append(root.Children, &die{Tag: dwarf.TagSubprogram, Attrs: []tabletest.DIEAttr{attr(dwarf.AttrName, "main"), attr(dwarf.AttrRanges, uint32(0))}})
	}
	root.Attrs[0].Value = uint64(0) // the base of the ranges
	abbrev, info := tabletest.DWARF(root)
	b := tabletest.Program(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info, ".debug_ranges": ranges})
	tabletest.Within(t, func() {
		s, err := of(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		ask(s, 0x1010)
	})
}
