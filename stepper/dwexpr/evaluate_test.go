package dwexpr

import (
	"cmp"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"testing"

	"rseqstep/table"
)

var errNot = errors.New("not to be had")

// frame is a frame of 17 registers, each of which contains its own number times 0x1000,
// in memory in which every byte is the low byte of its address; nothing is mapped from
// 1<<63 on.
type frame struct{}

func (frame) ReadMemory(a table.Addr, p []byte) (int, error) {
	if int64(a) < 0 {
		return 0, errNot
	}
	for i := range p {
		p[i] = byte(a) + byte(i)
	}
	return len(p), nil
}

func (frame) Register(n uint64) (uint64, error) {
	if n > 16 {
		return 0, errNot
	}
	return n << 12, nil
}

func (frame) Relocate(a table.FileAddr) table.Addr { return table.Addr(a) + 0x40_0000 }

// unit returns a different number from each method. Its entry values are the operand,
// evaluated with the same limit.
type unit struct {
	width int
	limit *Limit
}

func (unit) FrameBase() (table.Addr, error)       { return 0x8000, nil }
func (unit) CFA() (table.Addr, error)             { return 0x9000, nil }
func (unit) Object() (table.Addr, error)          { return 0xa000, nil }
func (unit) TLS(off uint64) (table.Addr, error)   { return table.Addr(0xb000 + off), nil }
func (u unit) References() (width int, at uint64) { return u.width, 0x100 }

func (unit) Indexed(n uint64) (uint64, error) {
	if n > 3 {
		return 0, errNot
	}
	return 0x10 * n, nil
}

// types are those that a unit has, by the offsets of their DIEs.
var types = map[uint64]*Type{1: {Size: 1}, 2: {Size: 1, Unsigned: true}, 3: {Size: 4}, 4: {Size: 4, Unsigned: true},
	5: {Size: 8, Unsigned: true}, 6: {Size: 8, Float: true}, 7: {Size: 4, Float: true},
	8: {Size: 16, Float: true}, 9: {Size: 2, Float: true}}

func (unit) BaseType(off uint64) (*Type, error) {
	if types[off] == nil {
		return nil, errNot
	}
	return types[off], nil
}

func (u unit) EntryValue(expr []byte) (uint64, error) {
	at, err := Evaluate(expr, u.place())
	return at.Value, err
}

func (unit) ParameterRef(off uint64) (uint64, error)  { return 0xc000 + off, nil }
func (unit) VariableValue(die uint64) (uint64, error) { return 0xd000 + die, nil }

func (u unit) place() Place { return Place{Frame: frame{}, Unit: u, Limit: u.limit} }

func inUnit() Place { return unit{width: 4, limit: &Limit{}}.place() }

// typ is a constant n of a type: DW_OP_const_type.
func typ(t, n byte) []byte { return []byte{OpConstType, t, 1, n} }

// real is a constant of type 6, a double.
func real(f float64) []byte {
	return binary.LittleEndian.AppendUint64([]byte{OpConstType, 6, 8}, math.Float64bits(f))
}

func join(parts ...[]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func TestExpressionsComputeAsDWARFSays(t *testing.T) {
	minus := ^uint64(0)
	for _, c := range []struct {
		name string
		expr []byte
		want uint64
	}{
		{"literal", []byte{OpLit0 + 7}, 7},
		{"addr", []byte{OpAddr, 1, 2, 0, 0, 0, 0, 0, 0}, 0x40_0201},
		{"const1u", []byte{OpConst1u, 0xff}, 0xff},
		{"const1s", []byte{OpConst1s, 0xff}, minus},
		{"const2u", []byte{OpConst2u, 0x34, 0x92}, 0x9234},
		{"const2s", []byte{OpConst2s, 0xfe, 0xff}, minus - 1},
		{"const4u", []byte{OpConst4u, 0, 0, 0, 0x80}, 1 << 31},
		{"const4s", []byte{OpConst4s, 0, 0, 0, 0x80}, minus << 31},
		{"const8u", []byte{OpConst8u, 1, 0, 0, 0, 0, 0, 0, 0x80}, 1<<63 + 1},
		{"const8s", []byte{OpConst8s, 1, 0, 0, 0, 0, 0, 0, 0x80}, 1<<63 + 1},
		{"consts", []byte{OpConsts, 0x7f}, minus},
		{"consts of two bytes", []byte{OpConsts, 0x80, 0x7f}, minus << 7},
		{"constu", []byte{OpConstu, 0x80, 0x01}, 128},
		{"constu of ten bytes", []byte{OpConstu, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, minus},
		{"constu padded", []byte{OpConstu, 0x81, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0}, 1},
		{"plus_uconst", []byte{OpLit0 + 1, OpPlusUconst, 0x80, 0x01}, 129},
		{"breg", []byte{OpBreg0 + 7, 0x78}, 0x6ff8},
		{"bregx", []byte{OpBregx, 16, 8}, 0x10008},
		{"fbreg", []byte{OpFbreg, 0x70}, 0x7ff0},
		{"call_frame_cfa", []byte{OpCallFrameCFA}, 0x9000},
		{"push_object_address", []byte{OpPushObject}, 0xa000},
		{"form_tls_address", []byte{OpLit0 + 5, OpFormTLSAddress}, 0xb005},
		{"GNU_push_tls_address", []byte{OpLit0 + 5, OpGNUPushTLS}, 0xb005},
		{"addrx", []byte{OpAddrx, 2}, 0x40_0020},
		{"GNU_addr_index", []byte{OpGNUAddrIndex, 2}, 0x40_0020},
		{"constx", []byte{OpConstx, 2}, 0x20},
		{"GNU_const_index", []byte{OpGNUConstIndex, 2}, 0x20},
		{"entry_value", []byte{OpEntryValue, 2, OpLit0 + 4, OpStackValue}, 4},
		{"GNU_entry_value", []byte{OpGNUEntryValue, 2, OpLit0 + 4, OpStackValue, OpPlusUconst, 1}, 5},
		{"GNU_parameter_ref", []byte{OpGNUParameterRef, 8, 0, 0, 0}, 0xc008},
		{"GNU_variable_value", []byte{OpGNUVariableValue, 8, 0, 0, 0}, 0xd108},
		{"minus", []byte{OpLit0 + 9, OpLit0 + 4, OpMinus}, 5},
		{"mul", []byte{OpConst1s, 0xfe, OpLit0 + 3, OpMul}, minus - 5},
		{"and", []byte{OpLit0 + 12, OpLit0 + 10, OpAnd}, 8},
		{"or", []byte{OpLit0 + 12, OpLit0 + 10, OpOr}, 14},
		{"xor", []byte{OpLit0 + 12, OpLit0 + 10, OpXor}, 6},
		{"div is signed", []byte{OpConst1s, 0xf8, OpLit0 + 2, OpDiv}, minus - 3},
		{"div of the lowest by -1", []byte{OpConst8s, 0, 0, 0, 0, 0, 0, 0, 0x80, OpConst1s, 0xff, OpDiv}, 1 << 63},
		{"mod is unsigned", []byte{OpConst1s, 0xff, OpLit0 + 16, OpMod}, 15},
		{"shl", []byte{OpLit0 + 1, OpConst1u, 63, OpShl}, 1 << 63},
		{"shr", []byte{OpConst1s, 0xff, OpConst1u, 60, OpShr}, 15},
		{"shra", []byte{OpConst1s, 0xf8, OpLit0 + 1, OpShra}, minus - 3},
		{"shl by 64", []byte{OpLit0 + 1, OpConst1u, 64, OpShl}, 0},
		{"shr by 64", []byte{OpLit0 + 1, OpConst1u, 64, OpShr}, 0},
		{"shra by -1", []byte{OpConst1s, 0xf8, OpConst1s, 0xff, OpShra}, minus},
		{"abs", []byte{OpConst1s, 0xfb, OpAbs}, 5},
		{"neg", []byte{OpLit0 + 1, OpNeg}, minus},
		{"not", []byte{OpLit0 + 1, OpNot}, minus - 1},
		{"dup", []byte{OpLit0 + 3, OpDup, OpMul}, 9},
		{"swap", []byte{OpLit0 + 1, OpLit0 + 9, OpSwap, OpMinus}, 8},
		{"rot", []byte{OpLit0 + 1, OpLit0 + 2, OpLit0 + 3, OpRot, OpDrop, OpDrop}, 3},
		{"over", []byte{OpLit0 + 6, OpLit0 + 2, OpOver, OpMinus, OpPlus}, 2},
		{"pick", []byte{OpLit0 + 6, OpLit0 + 2, OpPick, 1}, 6},
		{"eq", []byte{OpLit0 + 1, OpLit0 + 1, OpEq}, 1},
		{"ne", []byte{OpLit0 + 1, OpLit0 + 1, OpNe}, 0},
		{"lt is signed", []byte{OpConst1s, 0xff, OpLit0, OpLt}, 1},
		{"le", []byte{OpLit0 + 1, OpLit0 + 1, OpLe}, 1},
		{"gt", []byte{OpLit0 + 1, OpLit0 + 1, OpGt}, 0},
		{"ge", []byte{OpLit0 + 1, OpLit0 + 1, OpGe}, 1},
		{"bra taken", []byte{OpLit0 + 5, OpLit0 + 1, OpBra, 1, 0, OpLit0 + 9}, 5},
		{"bra not taken", []byte{OpLit0 + 5, OpLit0, OpBra, 1, 0, OpLit0 + 9}, 9},
		{"bra back", []byte{OpLit0 + 8, OpLit0 + 1, OpMinus, OpDup, OpBra, 0xfa, 0xff}, 0},
		{"skip", []byte{OpLit0 + 5, OpSkip, 1, 0, OpLit0 + 9}, 5},
		{"deref", []byte{OpLit0 + 16, OpDeref}, 0x17161514_13121110},
		{"deref_size", []byte{OpLit0 + 16, OpDerefSize, 2}, 0x1110},
		{"nop", []byte{OpLit0 + 16, OpNop, OpGNUUninit}, 16},

		// Typed entries: 1 signed char, 2 unsigned char, 3 int, 4 unsigned int, 5 unsigned long.
		{"const_type", typ(1, 0xff), minus},
		{"const_type unsigned", typ(2, 0xff), 0xff},
		{"regval_type", []byte{OpRegvalType, 16, 2}, 0},
		{"deref_type", []byte{OpConst1u, 0x80, OpDerefType, 1, 1}, minus - 127},
		{"convert", join(typ(1, 0xff), []byte{OpConvert, 4}), 0xffff_ffff},
		{"convert to generic", join(typ(1, 0xff), []byte{OpConvert, 0}), minus},
		{"reinterpret", join(typ(2, 0x80), []byte{OpReinterpret, 1}), minus - 127},
		{"plus wraps", join(typ(2, 0xff), typ(2, 2), []byte{OpPlus}), 1},
		{"plus_uconst wraps", join(typ(2, 0xff), []byte{OpPlusUconst, 2}), 1},
		{"neg wraps", join(typ(2, 5), []byte{OpNeg}), 0xfb},
		{"not wraps", join(typ(2, 5), []byte{OpNot}), 0xfa},
		{"abs of the unsigned", []byte{OpConst1s, 0xfb, OpConvert, 5, OpAbs}, minus - 4},
		{"abs of the lowest", join(typ(1, 0x80), []byte{OpAbs}), minus - 127},
		{"div of the unsigned", []byte{OpConst1s, 0xff, OpConvert, 5, OpLit0 + 2, OpDiv}, minus / 2},
		{"mod of the signed", join(typ(1, 0xf9), typ(1, 3), []byte{OpMod}), minus},
		{"mod by the negative", join(typ(1, 7), typ(1, 0xfd), []byte{OpMod}), 1},
		{"lt of the unsigned", []byte{OpConst1s, 0xff, OpConvert, 5, OpLit0, OpLt}, 0},
		{"shr of the signed", join(typ(1, 0xf8), typ(1, 1), []byte{OpShr}), 0x7c},
		{"shr of the signed by nothing", join(typ(1, 0xf8), typ(1, 0), []byte{OpShr}), minus - 7},
		{"shra of the unsigned", join(typ(2, 0xf8), typ(2, 1), []byte{OpShra}), 0xfc},
		{"shl wraps", join(typ(2, 0x81), typ(2, 1), []byte{OpShl}), 2},
		{"a truth is generic", join(typ(1, 1), typ(1, 1), []byte{OpEq, OpNeg}), minus},
	} {
		at, err := Evaluate(append(c.expr, OpStackValue), inUnit())
		if err != nil || at.Kind != IsValue || at.Value != c.want {
			t.Errorf("%s: %+v, %v; want %#x", c.name, at, err, c.want)
		}
	}
}

func TestBrokenExpressionsAreErrors(t *testing.T) {
	var many []byte
	for range 2000 {
		many = append(many, OpLit0)
	}
	nested := []byte{OpLit0, OpStackValue}
	for range 20 {
		nested = append([]byte{OpEntryValue, byte(len(nested))}, append(nested, OpStackValue)...)
	}
	for name, c := range map[string]struct {
		expr []byte
		want error
	}{
		"division by zero":                 {[]byte{OpLit0, OpLit0, OpDiv}, ErrMalformed},
		"modulo by zero":                   {[]byte{OpLit0, OpLit0, OpMod}, ErrMalformed},
		"typed division by zero":           {join(typ(3, 1), typ(3, 0), []byte{OpDiv}), ErrMalformed},
		"empty stack":                      {[]byte{OpPlus}, ErrMalformed},
		"one of two":                       {[]byte{OpLit0, OpPlus}, ErrMalformed},
		"plus_uconst":                      {[]byte{OpPlusUconst, 1}, ErrMalformed},
		"abs":                              {[]byte{OpAbs}, ErrMalformed},
		"bra":                              {[]byte{OpBra, 0, 0}, ErrMalformed},
		"drop":                             {[]byte{OpDrop}, ErrMalformed},
		"swap":                             {[]byte{OpLit0, OpSwap}, ErrMalformed},
		"rot":                              {[]byte{OpLit0, OpLit0, OpRot}, ErrMalformed},
		"deref":                            {[]byte{OpDeref}, ErrMalformed},
		"stack_value":                      {[]byte{OpStackValue}, ErrMalformed},
		"convert":                          {[]byte{OpConvert, 1}, ErrMalformed},
		"cut off":                          {[]byte{OpConst4u, 1, 2}, ErrMalformed},
		"number cut off":                   {[]byte{OpConstu, 0x80}, ErrMalformed},
		"piece cut off":                    {[]byte{OpLit0, OpPiece}, ErrMalformed},
		"skip cut off":                     {[]byte{OpSkip, 0}, ErrMalformed},
		"endless":                          {[]byte{OpSkip, 0xfd, 0xff}, ErrMalformed},
		"endless with a stack":             {[]byte{OpLit0, OpSkip, 0xfc, 0xff}, ErrMalformed},
		"endless pieces":                   {[]byte{OpLit0, OpPiece, 1, OpSkip, 0xfa, 0xff}, ErrMalformed},
		"deep":                             {many, ErrMalformed},
		"nested":                           {nested, ErrMalformed},
		"jump out":                         {[]byte{OpSkip, 0x00, 0x70}, ErrMalformed},
		"jump before":                      {[]byte{OpSkip, 0x00, 0x80}, ErrMalformed},
		"unknown":                          {[]byte{0x01}, ErrNotSupported},
		"call4":                            {[]byte{0x99, 0, 0, 0, 0}, ErrNotSupported},
		"nothing left":                     {[]byte{OpNop}, ErrMalformed},
		"pick too deep":                    {[]byte{OpLit0, OpPick, 200}, ErrMalformed},
		"piece of too much":                {[]byte{OpLit0, OpPiece, 0xff, 0xff, 0xff, 0xff, 0x0f}, ErrMalformed},
		"piece whose bits overflow":        {[]byte{OpLit0, OpPiece, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20}, ErrMalformed},
		"pieces of too much":               {[]byte{OpLit0, OpBitPiece, 0, 0xff, 0xff, 0xff, 0x0f, OpBitPiece, 0, 0xff, 0xff, 0xff, 0x0f, OpBitPiece, 0, 0xff, 0xff, 0xff, 0x0f}, ErrMalformed},
		"implicit cut off":                 {[]byte{OpImplicitValue, 0x7f, 1}, ErrMalformed},
		"after the end":                    {[]byte{OpReg0, OpLit0}, ErrMalformed},
		"two ends":                         {[]byte{OpReg0, OpReg0}, ErrMalformed},
		"no such register":                 {[]byte{OpBregx, 17, 0}, errNot},
		"no such memory":                   {[]byte{OpConst1s, 0xff, OpDeref}, errNot},
		"no such address":                  {[]byte{OpAddrx, 4}, errNot},
		"no such type":                     {[]byte{OpLit0, OpConvert, 10}, errNot},
		"deref of 0":                       {[]byte{OpLit0, OpDerefSize, 0}, ErrMalformed},
		"deref of 9":                       {[]byte{OpLit0, OpDerefSize, 9}, ErrNotSupported},
		"floating point and integer":       {join(typ(3, 1), typ(6, 1), []byte{OpPlus}), ErrMalformed},
		"the complement of floating point": {join(typ(6, 1), []byte{OpNot}), ErrMalformed},
		"a floating-point address":         {typ(6, 1), ErrMalformed},
		"x87's floating point":             {typ(8, 1), ErrNotSupported},
		"half to float":                    {join([]byte{OpLit0, OpReinterpret, 9, OpConvert, 7, OpStackValue}), ErrNotSupported},
		"too large for an int":             {join(real(1e10), []byte{OpConvert, 3, OpStackValue}), ErrNotSupported},
		"negative for an unsigned":         {join(real(-1), []byte{OpConvert, 4, OpStackValue}), ErrNotSupported},
		"not a number to an int":           {join(real(math.NaN()), []byte{OpConvert, 3, OpStackValue}), ErrNotSupported},
	} {
		if at, err := Evaluate(c.expr, inUnit()); !errors.Is(err, c.want) || at.Kind != 0 {
			t.Errorf("%s: %+v, %v; want %v", name, at, err, c.want)
		}
	}
}

// In call frame information, operations that need a unit are rejected (DWARF 5,
// 6.4.2).
func TestCallFrameInformationHasNoUnit(t *testing.T) {
	for _, expr := range [][]byte{{OpFbreg, 0}, {OpCallFrameCFA}, {OpPushObject}, {OpLit0, OpFormTLSAddress}, {OpAddrx, 0}, {OpConstx, 0},
		{OpEntryValue, 1, OpReg0}, {OpGNUParameterRef, 0, 0, 0, 0}, {OpGNUVariableValue, 0, 0, 0, 0}, {OpImplicitPointer, 0, 0, 0, 0, 0},
		typ(0, 1), {OpRegvalType, 0, 0}, {OpLit0, OpDerefType, 1, 0}, {OpLit0, OpConvert, 0}, {OpLit0, OpReinterpret, 0}} {
		if v, err := Word(expr, frame{}); !errors.Is(err, ErrMalformed) || v != 0 {
			t.Errorf("% x: %#x, %v", expr, v, err)
		}
	}
}

func TestWordIsWhatIsOnTop(t *testing.T) {
	for name, c := range map[string]struct {
		expr    []byte
		initial []uint64
		want    uint64
		err     error
	}{
		"a lazy PLT's":           {[]byte{OpBreg0 + 7, 8, OpBreg0 + 16, 0, OpLit0 + 15, OpAnd, OpLit0 + 11, OpGe, OpLit0 + 3, OpShl, OpPlus}, nil, 0x7008, nil},
		"from the CFA":           {[]byte{OpLit0 + 8, OpMinus}, []uint64{0x5000}, 0x4ff8, nil},
		"the CFA":                {nil, []uint64{0x5000}, 0x5000, nil},
		"the upper one":          {nil, []uint64{0x5000, 0x6000}, 0x6000, nil},
		"a register":             {[]byte{OpReg0 + 3}, nil, 0x3000, nil},
		"a register that is not": {[]byte{OpRegx, 99}, nil, 0, errNot},
		"nothing":                {nil, nil, 0, ErrMalformed},
		"a value":                {[]byte{OpLit0, OpStackValue}, nil, 0, ErrMalformed},
		"bytes":                  {[]byte{OpImplicitValue, 1, 1}, nil, 0, ErrMalformed},
		"pieces":                 {[]byte{OpLit0, OpPiece, 8}, nil, 0, ErrMalformed},
	} {
		if v, err := Word(c.expr, frame{}, c.initial...); v != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %#x, %v; want %#x, %v", name, v, err, c.want, c.err)
		}
	}
}

// short is memory that reads less than requested, without an error.
type short struct{ frame }

func (short) ReadMemory(a table.Addr, p []byte) (int, error) { return len(p) - 1, nil }

func TestAShortReadIsAnError(t *testing.T) {
	if v, err := Word([]byte{OpLit0, OpDeref}, short{}); cmp.Or(err, errNot) != io.ErrUnexpectedEOF {
		t.Errorf("%#x, %v", v, err)
	}
}

func TestFloatingPointIsComputedAsInC(t *testing.T) {
	double, single := math.Float64bits, func(f float32) uint64 { return uint64(math.Float32bits(f)) }
	third := float32(1) / 3
	for name, c := range map[string]struct {
		expr []byte
		want uint64
	}{
		"plus":                       {join(real(1.5), real(2.25), []byte{OpPlus}), double(3.75)},
		"minus":                      {join(real(1.5), real(2.25), []byte{OpMinus}), double(-0.75)},
		"mul":                        {join(real(1.5), real(2.25), []byte{OpMul}), double(3.375)},
		"div":                        {join(real(1), real(-4), []byte{OpDiv}), double(-0.25)},
		"div by zero":                {join(real(1), real(0), []byte{OpDiv}), double(math.Inf(1))},
		"neg":                        {join(real(0), []byte{OpNeg}), double(math.Copysign(0, -1))},
		"abs":                        {join(real(-2), []byte{OpAbs}), double(2)},
		"lt":                         {join(real(-2), real(1), []byte{OpLt}), 1},
		"not a number is not itself": {join(real(math.NaN()), real(math.NaN()), []byte{OpEq}), 0},
		"double to float":            {join(real(1.0/3), []byte{OpConvert, 7}), single(third)},
		"float to double":            {join(real(1.0/3), []byte{OpConvert, 7, OpConvert, 6}), double(float64(third))},
		"float to int":               {join(real(-2.75), []byte{OpConvert, 3}), ^uint64(0) - 1},
		"float to unsigned long":     {join(real(1<<63), []byte{OpConvert, 5}), 1 << 63},
		"int to double":              {[]byte{OpConst1s, 0xfe, OpConvert, 3, OpConvert, 6}, double(-2)},
		"unsigned int to double":     {[]byte{OpConst1s, 0xfe, OpConvert, 4, OpConvert, 6}, double(1<<32 - 2)},
		"unsigned long to float":     {[]byte{OpConst1s, 0xff, OpConvert, 5, OpConvert, 7}, single(1 << 64)},
		"reinterpreted":              {join(real(1), []byte{OpReinterpret, 5}), double(1)},
	} {
		at, err := Evaluate(append(c.expr, OpStackValue), inUnit())
		if err != nil || at.Kind != IsValue || at.Value != c.want {
			t.Errorf("%s: %+v, %v; want %#x", name, at, err, c.want)
		}
	}
}
