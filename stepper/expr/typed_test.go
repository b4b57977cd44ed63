package expr

import (
	"debug/dwarf"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rseqstep/stepper/dwexpr"
	"rseqstep/table/tabletest"
)

// The encodings of integers (DWARF 5, table 7.11: DW_ATE_signed, DW_ATE_unsigned).
const signed, unsigned = 5, 7

// entryType is the type of an entry of a DWARF expression's stack; size 0 is the generic one.
type entryType struct {
	name           string
	size, encoding uint8
}

// typedExpressions are those of each operation on entries of each type, by name. Divisors are not
// zero, and shift counts are within the type: DWARF leaves other results open.
func typedExpressions(types []entryType, at map[string]uint32) map[string][]byte {
	operations := map[string]byte{"and": dwexpr.OpAnd, "or": dwexpr.OpOr, "xor": dwexpr.OpXor, "plus": dwexpr.OpPlus, "minus": dwexpr.OpMinus,
		"mul": dwexpr.OpMul, "div": dwexpr.OpDiv, "mod": dwexpr.OpMod, "eq": dwexpr.OpEq, "ne": dwexpr.OpNe, "lt": dwexpr.OpLt,
		"le": dwexpr.OpLe, "gt": dwexpr.OpGt, "ge": dwexpr.OpGe}
	shifts := map[string]byte{"shl": dwexpr.OpShl, "shr": dwexpr.OpShr, "shra": dwexpr.OpShra}
	unary := map[string]byte{"abs": dwexpr.OpAbs, "neg": dwexpr.OpNeg, "not": dwexpr.OpNot}
	out := map[string][]byte{}
	for _, t := range types {
		push := func(v int64) []byte {
			word := binary.LittleEndian.AppendUint64(nil, uint64(v))
			if t.size == 0 {
				return append([]byte{dwexpr.OpConst8s}, word...)
			}
			expr := binary.AppendUvarint([]byte{dwexpr.OpConstType}, uint64(at[t.name]))
			return append(append(expr, t.size), word[:t.size]...)
		}
		add := func(name string, op byte, values ...int64) {
			var expr []byte
			for _, v := range values {
				expr = append(expr, push(v)...)
			}
			out[fmt.Sprintf("%s %s %d", t.name, name, values)] = append(expr, op, dwexpr.OpConvert, 0, dwexpr.OpStackValue)
		}
		for name, op := range operations {
			for _, pair := range [][2]int64{{-7, 2}, {7, -3}, {-7, -3}, {-7, 3}, {5, 5}, {127, 100}, {-128, 1}} {
				if op == dwexpr.OpMod && t.encoding == signed && (pair[0] < 0) != (pair[1] < 0) {
					continue // gdb 13's result has another sign than that of later versions
				}
				add(name, op, pair[0], pair[1])
			}
		}
		for name, op := range shifts {
			for _, pair := range [][2]int64{{-8, 1}, {-1, 0}, {127, 3}, {-128, 7}} {
				add(name, op, pair[0], pair[1])
			}
		}
		for name, op := range unary {
			for _, v := range []int64{0, 5, -5, 127, -128} {
				add(name, op, v)
			}
		}
	}
	return out
}

// A stack entry is computed in the type of its DIE, as in gdb.
func TestTypedEntriesAgreeWithGDB(t *testing.T) {
	gdb := tabletest.NeedTool(t, "gdb")
	types := []entryType{{"generic", 0, 0}, {"signed char", 1, signed}, {"unsigned char", 1, unsigned}, {"short", 2, signed},
		{"unsigned short", 2, unsigned}, {"int", 4, signed}, {"unsigned int", 4, unsigned}, {"long", 8, signed}, {"unsigned long", 8, unsigned}}
	root := program(baseType("word", 8, signed))
	word := root.Children[0]
	for _, e := range types[1:] {
		root.Children = append(root.Children, baseType(e.name, e.size, e.encoding))
	}
	var names []string
	expressions := typedExpressions(types, offsets(t, root))
	for name := range expressions {
		names = append(names, name)
	}
	slices.Sort(names)
	commands := filepath.Join(t.TempDir(), "commands")
	var script strings.Builder
	for n, name := range names {
		root.Children = append(root.Children, entry(dwarf.TagVariable, attr(dwarf.AttrName, fmt.Sprint("v", n)), attr(dwarf.AttrType, word),
			attr(dwarf.AttrLocation, expressions[name])))
		fmt.Fprintf(&script, "output v%d\necho \\n\n", n)
	}
	abbrev, info := tabletest.DWARF(root)
	sections := map[string][]byte{".debug_abbrev": abbrev, ".debug_info": info}
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, tabletest.Program(sections), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(commands, []byte(script.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(gdb, "-nx", "-batch", "-x", commands, file).Output()
	want := strings.Fields(string(out))
	if err != nil || len(want) != len(names) {
		t.Fatalf("gdb answered %d of %d questions, %v:\n%s", len(want), len(names), err, out)
	}
	c, err := hostile(sections)
	if err != nil {
		t.Fatal(err)
	}
	for n, name := range names {
		v, err := c.Evaluate(fmt.Sprint("v", n))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.Print(v, Format{}); got != want[n] {
			t.Errorf("%s: %s, %v; gdb: %s", name, got, err, want[n])
		}
	}
	t.Logf("%d expressions compared", len(names))
}
