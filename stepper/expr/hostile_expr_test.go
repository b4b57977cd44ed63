package expr

import (
	"debug/dwarf"
	"encoding/binary"
	"fmt"
	"testing"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table/tabletest"
)

// baseType is a DIE of a base type.
func baseType(name string, size, encoding uint8) *die {
	return entry(dwarf.TagBaseType, attr(dwarf.AttrName, name), attr(dwarf.AttrByteSize, size), attr(dwarf.AttrEncoding, encoding))
}

// set changes an attribute's value.
func set(d *die, at dwarf.Attr, v any) {
	for i := range d.Attrs {
		if d.Attrs[i].At == at {
			d.Attrs[i].Value = v
		}
	}
}

// offsets are the offsets of a unit's DIEs, by name.
func offsets(t testing.TB, root *die) map[string]uint32 {
	t.Helper()
	abbrev, info := tabletest.DWARF(root)
	d, err := dwarf.New(abbrev, nil, nil, info, nil, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]uint32{}
	for r := d.Reader(); ; {
		e, err := r.Next()
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return found
		}
		if name, ok := e.Val(dwarf.AttrName).(string); ok {
			found[name] = uint32(e.Offset)
		}
	}
}

// reads is an expression that reads the value of a DIE's variable n times.
func reads(at uint32, n int) (expr []byte) {
	for range n {
		expr = append(binary.LittleEndian.AppendUint32(append(expr, dwexpr.OpGNUVariableValue), at), dwexpr.OpDrop)
	}
	return append(expr, dwexpr.OpLit0, dwexpr.OpStackValue)
}

// endless are frame bases and locations that refer to themselves, or to so many others
// that evaluation would never end.
func endless(t testing.TB) map[string]*die {
	base := program(baseType("int", 4, signed))
	set(base.Children[2], dwarf.AttrFrameBase, []byte{dwexpr.OpFbreg, 0})

	itself := program(baseType("int", 4, signed))
	local := itself.Children[2].Children[0]
	set(local, dwarf.AttrLocation, reads(0, 1))
	set(local, dwarf.AttrLocation, reads(offsets(t, itself)["local"], 1))

	fan := program(baseType("int", 4, signed))
	chain := []*die{fan.Children[2].Children[0]}
	for n := range 10 {
		chain = append(chain, entry(dwarf.TagVariable, attr(dwarf.AttrName, fmt.Sprint("v", n)), attr(dwarf.AttrType, fan.Children[0]), attr(dwarf.AttrLocation, nil)))
	}
	fan.Children = append(fan.Children, chain[1:]...)
	for _, v := range chain {
		set(v, dwarf.AttrLocation, reads(0, 100))
	}
	at := offsets(t, fan)
	for n, v := range chain[:10] {
		set(v, dwarf.AttrLocation, reads(at[fmt.Sprint("v", n)], 100))
	}
	set(chain[10], dwarf.AttrLocation, reads(0, 0))

	array := program(entry(dwarf.TagArrayType))
	refer(array.Children[0], baseType("int", 4, signed))
	array.Children = append(array.Children, array.Children[0].Attrs[0].Value.(*die))
	array.Children[0].Children = []*die{entry(dwarf.TagSubrangeType, attr(dwarf.AttrCount, array.Children[2].Children[0]))}
	return map[string]*die{"a frame base of the frame base": base, "a variable's own value": itself, "100^10 values": fan,
		"an array as long as itself": array}
}

func TestExpressionsThatLeadToThemselvesEnd(t *testing.T) {
	for name, unit := range endless(t) {
		t.Run(name, func(t *testing.T) {
			abbrev, info := tabletest.DWARF(unit)
			tabletest.Within(t, func() {
				c, err := hostile(map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info})
				if err != nil {
					t.Errorf("nothing was asked of it: %v", err)
					return
				}
				ask(c)
			})
		})
	}
}
