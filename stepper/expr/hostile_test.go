package expr

import (
	"bytes"
	"debug/dwarf"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/dwexpr"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/symbols"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

type die = tabletest.DIE

func attr(at dwarf.Attr, v any) tabletest.DIEAttr { return tabletest.DIEAttr{At: at, Value: v} }

func entry(tag dwarf.Tag, attrs ...tabletest.DIEAttr) *die { return &die{Tag: tag, Attrs: attrs} }

// refer makes one entry's type another.
func refer(d, to *die) { d.Attrs = append(d.Attrs, attr(dwarf.AttrType, to)) }

// hostile is a Context at 0x1010 in a program with these debug sections; an error if they
// are rejected before any query.
func hostile(sections map[string][]byte) (*Context, error) {
	b := tabletest.Program(sections)
	s := symbols.New(symbols.Options{DebugDirs: []string{}, Open: func(*table.Module) (io.ReaderAt, error) { return bytes.NewReader(b), nil }})
	s.Reload([]*table.Module{{Path: "hostile", High: 1 << 40}})
	if err := s.Problem("hostile"); err != nil {
		return nil, err
	}
	return &Context{Mem: flat{}, Source: s, Session: NewSession(),
		Frames: []stepper.Frame{{PC: 0x1010, CFA: 0x7000, Regs: amd64.Regs(machine.Words{amd64.RIP: 0x1010, amd64.RSP: 0x6ff0})}}}, nil
}

// ask makes every query about a variable "v" and the frame.
func ask(c *Context) {
	for _, text := range []string{"v", "*v", "v[0]", "v.a", "v->a.a", "&v", "sizeof(v)", "v + 1", "(struct s) v", "v == v", "*v@3", "(t) 1"} {
		e, err := c.Parse(text)
		if err != nil {
			continue
		}
		if v, err := c.Eval(e); err == nil {
			_, _ = c.Print(v, Format{})
			_, _ = c.Print(v, Format{Letter: 'x'})
		}
		_, _ = c.Whatis(e)
		_, _ = c.Ptype(e)
		_, _ = c.Watch(e)
	}
	for _, list := range []func() ([]Variable, error){c.Locals, c.Args} {
		vars, err := list()
		for i, v := range vars {
			if i < 8 && err == nil {
				c.Text(v, Format{})
			}
		}
	}
}

// program is a unit with a global "v" of a type, and a function that covers 0x1010.
func program(typ *die, more ...*die) *die {
	at := append([]byte{dwexpr.OpAddr}, binary.LittleEndian.AppendUint64(nil, 0x1800)...)
	v := entry(dwarf.TagVariable, attr(dwarf.AttrName, "v"), attr(dwarf.AttrType, typ), attr(dwarf.AttrLocation, at))
	local := entry(dwarf.TagVariable, attr(dwarf.AttrName, "local"), attr(dwarf.AttrType, typ), attr(dwarf.AttrLocation, []byte{dwexpr.OpFbreg, 0}))
	f := entry(dwarf.TagSubprogram, attr(dwarf.AttrName, "main"), attr(dwarf.AttrLowpc, uint64(0x1000)), attr(dwarf.AttrHighpc, uint64(0x1100)),
		attr(dwarf.AttrFrameBase, []byte{dwexpr.OpCallFrameCFA}))
	f.Children = []*die{local}
	root := entry(dwarf.TagCompileUnit, attr(dwarf.AttrName, "hostile.c"), attr(dwarf.AttrLowpc, uint64(0x1000)), attr(dwarf.AttrHighpc, uint64(0x2000)))
	root.Children = append([]*die{typ, v, f}, more...)
	return root
}

// cyclic are types that contain or refer to themselves.
func cyclic() map[string]*die {
	typedef := entry(dwarf.TagTypedef, attr(dwarf.AttrName, "t"))
	refer(typedef, typedef)
	pointer, constant, nested := entry(dwarf.TagPointerType), entry(dwarf.TagConstType), entry(dwarf.TagTypedef, attr(dwarf.AttrName, "t"))
	refer(pointer, constant)
	refer(constant, nested)
	refer(nested, pointer)
	wrap := func(ds ...*die) *die { // the first is the type, the rest are its siblings
		ds[0].Children = append(ds[0].Children, ds[1:]...)
		return ds[0]
	}
	holds := entry(dwarf.TagStructType, attr(dwarf.AttrName, "s"), attr(dwarf.AttrByteSize, uint8(8)))
	a := entry(dwarf.TagMember, attr(dwarf.AttrName, "a"), attr(dwarf.AttrDataMemberLoc, uint8(0)))
	refer(a, holds)
	holds.Children = []*die{a}
	inherits := entry(dwarf.TagClassType, attr(dwarf.AttrName, "s"), attr(dwarf.AttrByteSize, uint8(8)))
	base := entry(dwarf.TagInheritance, attr(dwarf.AttrDataMemberLoc, uint8(0)))
	refer(base, inherits)
	inherits.Children = []*die{base}
	array := entry(dwarf.TagArrayType)
	refer(array, array)
	array.Children = []*die{entry(dwarf.TagSubrangeType, attr(dwarf.AttrCount, uint8(9)))}
	huge := entry(dwarf.TagArrayType)
	char := entry(dwarf.TagBaseType, attr(dwarf.AttrName, "char"), attr(dwarf.AttrByteSize, uint8(1)), attr(dwarf.AttrEncoding, uint8(6)))
	refer(huge, char)
	huge.Children = []*die{char}
	for range 20 {
		huge.Children = append(huge.Children, entry(dwarf.TagSubrangeType, attr(dwarf.AttrCount, uint8(255))))
	}
	function := entry(dwarf.TagSubroutineType)
	refer(function, function)
	parameter := entry(dwarf.TagFormalParameter)
	refer(parameter, function)
	function.Children = []*die{parameter}
	subrange := entry(dwarf.TagSubrangeType, attr(dwarf.AttrName, "t"))
	refer(subrange, subrange)
	member := entry(dwarf.TagPtrToMemberType)
	refer(member, member)
	member.Attrs = append(member.Attrs, attr(dwarf.AttrContainingType, member))
	declared := entry(dwarf.TagStructType, attr(dwarf.AttrName, "s"), attr(dwarf.AttrDeclaration, nil))
	declared.Attrs = append(declared.Attrs, attr(dwarf.AttrSpecification, declared))
	enum := entry(dwarf.TagEnumerationType, attr(dwarf.AttrName, "e"))
	refer(enum, enum)
	long := entry(dwarf.TagTypedef, attr(dwarf.AttrName, "t"))
	last := long
	for n := range 200000 {
		next := entry([]dwarf.Tag{dwarf.TagPointerType, dwarf.TagConstType, dwarf.TagTypedef}[n%3])
		refer(last, next)
		long.Children, last = append(long.Children, next), next
	}
	return map[string]*die{"typedef": typedef, "pointers": wrap(pointer, constant, nested), "a struct in itself": holds, "its own base class": inherits,
		"array": array, "255^20 elements": huge, "function": function, "subrange": subrange, "pointer to member": member,
		"declaration": declared, "enum": enum, "200,000 steps": long}
}

func TestTypesThatLeadToThemselvesEnd(t *testing.T) {
	for name, typ := range cyclic() {
		t.Run(name, func(t *testing.T) {
			abbrev, info := tabletest.DWARF(program(typ))
			sections := map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info}
			tabletest.Within(t, func() {
				c, err := hostile(sections)
				if err != nil {
					t.Errorf("nothing was asked of it: %v", err)
					return
				}
				ask(c)
			})
		})
	}
}

// The variable must be found, otherwise the tests above query nothing.
func TestTheHostileProgramIsRead(t *testing.T) {
	typ := entry(dwarf.TagBaseType, attr(dwarf.AttrName, "int"), attr(dwarf.AttrByteSize, uint8(4)), attr(dwarf.AttrEncoding, uint8(5)))
	abbrev, info := tabletest.DWARF(program(typ))
	c, err := hostile(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{"v": "50462976", "local": "50462976"} {
		v, err := c.Evaluate(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Print(v, Format{}); err != nil || got != want {
			t.Errorf("%s is %q, %v", text, got, err)
		}
	}
	if _, err := c.Evaluate("nothing"); err == nil || errors.Is(err, errNoFrame) {
		t.Errorf("nothing: %v", err)
	}
}

// FuzzDWARF reads its input as DWARF of a program and makes every query.
func FuzzDWARF(f *testing.F) {
	for name, typ := range cyclic() {
		if name == "200,000 steps" {
			continue
		}
		abbrev, info := tabletest.DWARF(program(typ))
		f.Add(abbrev, info, []byte(nil), []byte(nil))
	}
	for _, typ := range rustCycles() {
		abbrev, info := tabletest.DWARF(inRust(typ))
		f.Add(abbrev, info, []byte(nil), []byte(nil))
	}
	for _, unit := range endless(f) {
		abbrev, info := tabletest.DWARF(unit)
		f.Add(abbrev, info, []byte(nil), []byte(nil))
	}
	f.Fuzz(func(t *testing.T, abbrev, info, locations, str []byte) {
		tabletest.Hurry(t)
		c, err := hostile(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info, ".debug_loc": locations, ".debug_loclists": locations, ".debug_str": str})
		if err == nil {
			ask(c)
		}
	})
}
