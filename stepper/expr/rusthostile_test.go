package expr

import (
	"debug/dwarf"
	"testing"

	"rseqstep/table/tabletest"
)

// inRust is a unit of Rust with a variable of a type.
func inRust(typ *die, more ...*die) *die {
	root := program(typ, more...)
	root.Attrs = append(root.Attrs, attr(dwarf.AttrLanguage, uint8(langRust)))
	return root
}

// at is a member at an offset.
func at(name string, offset uint8, typ *die) *die {
	m := entry(dwarf.TagMember, attr(dwarf.AttrName, name), attr(dwarf.AttrDataMemberLoc, offset))
	refer(m, typ)
	return m
}

func structure(name string, size uint8, members ...*die) *die {
	s := entry(dwarf.TagStructType, attr(dwarf.AttrName, name), attr(dwarf.AttrByteSize, size))
	s.Children = members
	return s
}

// rustCycles are Rust's types that contain themselves, as only a corrupt program's do.
func rustCycles() map[string]*die {
	byte8, usize := baseType("u8", 1, 7), baseType("usize", 8, 7)
	enum := structure("E", 8, byte8)
	variants := func(values ...any) *die {
		part := entry(dwarf.TagVariantPart)
		tag := at("tag", 0, byte8)
		part.Attrs = append(part.Attrs, attr(dwarf.AttrDiscr, tag))
		part.Children = []*die{tag}
		for _, value := range values {
			x := entry(dwarf.TagVariant)
			if value != nil {
				x.Attrs = append(x.Attrs, attr(dwarf.AttrDiscrValue, value))
			}
			inner := structure("V", 8, at("__0", 0, enum), at("__1", 0, enum))
			x.Children = []*die{at("V", 0, inner), inner}
			part.Children = append(part.Children, x)
		}
		return part
	}
	enum.Children = append(enum.Children, variants(uint8(0), uint8(1), nil, nil), variants(nil))
	itself := structure("E", 8, byte8)
	enum, itself = itself, enum
	enum.Children = append(enum.Children, variants(uint8(9), nil))

	pointer := entry(dwarf.TagPointerType)
	raw := structure("RawVec<u8>", 16, at("ptr", 0, pointer), at("cap", 8, usize))
	vec := structure("Vec<u8>", 24, at("buf", 0, raw), at("len", 16, usize))
	argument := entry(dwarf.TagTemplateTypeParameter, attr(dwarf.AttrName, "T"))
	refer(argument, vec)
	refer(pointer, vec)
	vec.Children = append(vec.Children, argument, raw, pointer, usize)
	path := entry(dwarf.TagNamespace, attr(dwarf.AttrName, "vec"))
	crate := entry(dwarf.TagNamespace, attr(dwarf.AttrName, "alloc"))
	path.Children, crate.Children = []*die{vec}, []*die{path}
	whole := structure("(Vec,)", 24, at("__0", 0, vec), crate)

	function := entry(dwarf.TagSubroutineType)
	last := function
	for range 60 {
		next := entry(dwarf.TagSubroutineType)
		for range 2 {
			p := entry(dwarf.TagFormalParameter)
			refer(p, next)
			last.Children = append(last.Children, p)
		}
		function.Children, last = append(function.Children, next), next
	}
	to := entry(dwarf.TagPointerType)
	refer(to, function)
	to.Children = []*die{function}
	str := structure("&str", 16, at("data_ptr", 0, pointer2(byte8)), at("length", 8, usize), byte8, usize)
	return map[string]*die{"an enum in itself": enum, "two variant parts": itself, "a Vec in itself": whole, "2^60 parameters": to, "a str without end": str}
}

func pointer2(to *die) *die {
	p := entry(dwarf.TagPointerType)
	refer(p, to)
	to.Children = append(to.Children, p)
	return p
}

func TestRustTypesThatLeadToThemselvesEnd(t *testing.T) {
	all := rustCycles()
	for name, typ := range cyclic() {
		all[name] = typ
	}
	for name, typ := range all {
		t.Run(name, func(t *testing.T) {
			abbrev, info := tabletest.DWARF(inRust(typ))
			tabletest.Within(t, func() {
				c, err := hostile(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
				if err != nil {
					t.Errorf("nothing was asked of it: %v", err)
					return
				}
				if !c.rust() {
					t.Error("it is not Rust")
				}
				ask(c)
			})
		})
	}
}

// TestAnUnknownVariantIsNotInvented prints enums whose variant the discriminant does not say.
func TestAnUnknownVariantIsNotInvented(t *testing.T) {
	for name, want := range map[string]string{
		"an enum in itself": "V({...}, {...})", "two variant parts": "E <error: an enum of an unknown form>"} {
		abbrev, info := tabletest.DWARF(inRust(rustCycles()[name]))
		c, err := hostile(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
		if err != nil {
			t.Fatal(err)
		}
		c.Session.Options.Depth = 1
		v, err := c.Evaluate("v")
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Print(v, Format{}); err != nil || got != want {
			t.Errorf("%s: %s, %v; want %s", name, got, err, want)
		}
	}
}
