package amd64

import (
	"fmt"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/opv/interp"
)

// Speaker implements interp.Set.
func (instructions) Speaker(w *interp.Words) interp.Speaker { return &speaker{w} }

// speaker describes instructions in words.
type speaker struct{ *interp.Words }

// Insn implements interp.Speaker.
func (w *speaker) Insn(u *machine.Insn) bool {
	i, err := parse(u)
	return err == nil && w.insn(i)
}

// Forget implements interp.Speaker: those that its operands name, and its implicit ones.
func (w *speaker) Forget(u *machine.Insn) {
	i, err := parse(u)
	if err != nil {
		for n := range byte(16) {
			w.Lose(amd64.General(n))
		}
		return
	}
	for _, n := range []byte{i.reg(), i.rm(), 0, 1, 2, 6, 7} {
		w.Lose(amd64.General(n))
	}
}

// Register implements interp.Speaker.
func (w *speaker) Register(x machine.Reg, size int) string {
	return registerName(amd64.Number(x), size)
}

// Vectors implements interp.Speaker.
func (w *speaker) Vectors() (list []string) {
	for n := range vectors {
		list = append(list, fmt.Sprintf("xmm%d", n))
	}
	return list
}

// full is a general register's value, and set changes it.
func (w *speaker) full(n byte) interp.Value { return w.Regs[amd64.General(n)] }

func (w *speaker) set(n byte, v interp.Value) { w.Set(amd64.General(n), v) }

// get is the operand that ModRM.rm names.
func (w *speaker) get(i *inst, size int) interp.Value {
	if !i.inMemory() {
		return w.read(i, i.rm(), size)
	}
	return interp.Sized(w.Memory(&i.mem, size), size)
}

// read is a general register's value as an operand.
func (w *speaker) read(i *inst, n byte, size int) interp.Value {
	if i.high(n, size) {
		return interp.Sized(fmt.Sprintf("u8(%s>>8)", w.full(n-4).Atom()), 1)
	}
	return w.full(n).Narrow(size)
}

// give writes a general register; 1 and 2 bytes leave the rest unchanged.
func (w *speaker) give(i *inst, n byte, size int, v interp.Value) {
	switch {
	case i.high(n, size):
		w.Lose(amd64.General(n - 4))
	case size < 4:
		w.set(n, v.Over(registerName(int(n), 8), size))
	default:
		w.set(n, v.Narrow(size))
	}
}

// put writes the operand that ModRM.rm names: op is "=", "+=" and so on.
func (w *speaker) put(i *inst, size int, op string, v, whole interp.Value) {
	if !i.inMemory() {
		w.give(i, i.rm(), size, whole)
		return
	}
	text := w.Memory(&i.mem, size)
	w.Say("%s %s %v", text, op, v)
	w.Wrote(text)
}

// insn describes one instruction; false if it has no description for it.
func (w *speaker) insn(i *inst) bool {
	switch {
	case i.vex:
		return w.vector(i)
	case i.opmap == 0:
		return w.insnOne(i)
	case i.opmap == 1:
		return w.insnTwo(i)
	}
	return false
}

func (w *speaker) insnOne(i *inst) bool {
	op, size := i.op, i.size()
	switch {
	case op < 0x40 && op&7 < 4:
		a, b := w.get(i, size), w.read(i, i.reg(), size)
		if op&2 != 0 {
			a, b = b, a
		}
		return w.alu(i, op>>3, size, a, b, op&2 != 0)
	case op < 0x40 && op&7 < 6:
		i.modrm, i.rex = 0xc0, i.rex&^1 // rax
		return w.alu(i, op>>3, size, w.full(0).Narrow(size), interp.Constant(int64(i.signed())), false)
	case op == 0x80, op == 0x81, op == 0x83:
		return w.alu(i, i.digit(), size, w.get(i, size), interp.Constant(int64(i.signed())), false)
	case op == 0x63:
		w.give(i, i.reg(), i.wide(), interp.Named(fmt.Sprintf("s64(%v)", w.get(i, 4))))
	case op == 0x84, op == 0x85:
		w.Flags = interp.Flags{Kind: "test", A: w.get(i, size), B: w.read(i, i.reg(), size), Size: size}
	case op == 0xa8, op == 0xa9:
		w.Flags = interp.Flags{Kind: "test", A: w.full(0).Narrow(size), B: interp.Constant(int64(i.signed())), Size: size}
	case (op == 0xf6 || op == 0xf7) && i.digit() < 2:
		w.Flags = interp.Flags{Kind: "test", A: w.get(i, size), B: interp.Constant(int64(i.signed())), Size: size}
	case op == 0x88, op == 0x89:
		v := w.read(i, i.reg(), size)
		shown := v
		if !i.high(i.reg(), size) {
			shown = w.full(i.reg()).Stored(size)
		}
		w.put(i, size, "=", shown, v)
	case op == 0x8a, op == 0x8b:
		w.give(i, i.reg(), size, w.get(i, size))
	case op == 0x8d:
		w.give(i, i.reg(), i.wide(), w.Sum(&i.mem))
	case op == 0x90:
	case op >= 0xb8 && op <= 0xbf:
		w.give(i, i.opReg(), i.wide(), interp.Constant(int64(i.signed())))
	case (op == 0xc6 || op == 0xc7) && i.digit() == 0:
		v := interp.Constant(int64(i.signed()))
		w.put(i, size, "=", v, v)
	case (op == 0xfe || op == 0xff) && i.digit() < 2:
		return w.alu(i, []byte{aluAdd, aluSub}[i.digit()], size, w.get(i, size), interp.Constant(1), false)
	case (op == 0xc0 || op == 0xc1 || op == 0xd0 || op == 0xd1) && (i.digit() == shiftShl || i.digit() == shiftShr):
		w.shift(i, size)
	case op >= 0x70 && op <= 0x7f:
		w.branch(i)
	case op == 0xe9, op == 0xeb:
		w.Goto(i.target)
	default:
		return false
	}
	return true
}

func (w *speaker) insnTwo(i *inst) bool {
	op, size := i.op, i.wide()
	switch {
	case op == 0x0d, op >= 0x18 && op <= 0x1f:
	case op >= 0x40 && op <= 0x4f:
		v := interp.Named(fmt.Sprintf("(%s ? %v : %v)", w.condition(op&15), w.get(i, size), w.read(i, i.reg(), size)))
		w.give(i, i.reg(), size, v)
	case op >= 0x80 && op <= 0x8f:
		w.branch(i)
	case op == 0xb6, op == 0xb7:
		w.give(i, i.reg(), size, w.get(i, 1+int(op&1)))
	case op == 0xbe, op == 0xbf:
		w.give(i, i.reg(), size, interp.Named(fmt.Sprintf("s%d(%v)", 8*size, w.get(i, 1+int(op&1)))))
	case op == 0xba && i.digit() >= 4:
		v := w.get(i, size)
		bit := int64(i.count()) & int64(8*size-1)
		w.Flags = interp.Flags{Kind: "bit", A: v, B: interp.Constant(bit)}
		switch i.digit() {
		case 5:
			w.put(i, size, "|=", interp.Named(fmt.Sprintf("1<<%d", bit)), interp.Named(fmt.Sprintf("(%s|1<<%d)", v.Atom(), bit)))
		case 6:
			w.put(i, size, "&=", interp.Named(fmt.Sprintf("~(1<<%d)", bit)), interp.Named(fmt.Sprintf("(%s&~(1<<%d))", v.Atom(), bit)))
		case 7:
			w.put(i, size, "^=", interp.Named(fmt.Sprintf("1<<%d", bit)), interp.Named(fmt.Sprintf("(%s^1<<%d)", v.Atom(), bit)))
		}
	default:
		return w.vector(i)
	}
	return true
}

// alu describes the eight operations of opcodes 00 to 3F. toReg: the result
// goes to ModRM.reg.
func (w *speaker) alu(i *inst, op byte, size int, a, b interp.Value, toReg bool) bool {
	sign := [...]string{"+=", "|=", "", "", "&=", "-=", "^=", ""}[op]
	var v interp.Value
	w.Flags = interp.Flags{Kind: "value", Size: size}
	switch op {
	case aluCmp:
		w.Flags = interp.Flags{Kind: "cmp", A: a, B: b, Size: size}
		return true
	case aluAdd:
		v = a.Plus(b)
	case aluSub:
		v = a.Plus(b.Scaled(-1))
		w.Flags = interp.Flags{Kind: "cmp", A: a, B: b, Size: size}
	case aluXor:
		if v = interp.Constant(0); !a.Equal(b) || i.inMemory() {
			v = interp.Named(fmt.Sprintf("(%s^%s)", a.Atom(), b.Atom()))
		}
	case aluAnd:
		v = interp.Named(fmt.Sprintf("(%s&%s)", a.Atom(), b.Atom()))
	case aluOr:
		v = interp.Named(fmt.Sprintf("(%s|%s)", a.Atom(), b.Atom()))
	default: // adc, sbb
		return false
	}
	if op != aluSub {
		w.Flags.A = v.Narrow(size)
	}
	if toReg {
		w.give(i, i.reg(), size, v)
	} else {
		w.put(i, size, sign, b, v)
	}
	return true
}

func (w *speaker) shift(i *inst, size int) {
	by := int64(1)
	if i.op < 0xd0 {
		by = int64(i.count()) & int64(max(8*size, 32)-1)
	}
	v := w.get(i, size)
	sign, whole := "<<=", v.Scaled(1<<by)
	if i.digit() == shiftShr {
		sign, whole = ">>=", interp.Named(fmt.Sprintf("(%s>>%d)", v.Atom(), by))
	}
	w.Flags = interp.Flags{Kind: "value", A: whole.Narrow(size), Size: size}
	w.put(i, size, sign, interp.Constant(by), whole)
}

// vector describes moves of vector registers, and their zeroing.
func (w *speaker) vector(i *inst) bool {
	move, ok := vectorMoves(i)
	switch {
	case i.opmap == 1 && (i.op == 0x57 || i.op == 0xef) && !i.inMemory() && i.rm() == i.reg():
		w.Vecs[i.reg()] = "0"
	case i.opmap != 1 || !ok || move.half > 0 || move.merge && !i.inMemory():
		return false
	case move.store && i.inMemory():
		text := w.Memory(&i.mem, move.size)
		w.Say("%s = %s", text, w.Vecs[i.reg()])
		w.Wrote(text)
	case move.store && move.general:
		w.give(i, i.rm(), move.size, interp.Named(fmt.Sprintf("u%d(%s)", 8*move.size, w.Vecs[i.reg()])))
	case move.store:
		w.Vecs[i.rm()] = w.Vecs[i.reg()]
	case i.inMemory():
		w.Vecs[i.reg()] = w.Memory(&i.mem, move.size)
	case move.general:
		w.Vecs[i.reg()] = w.full(i.rm()).Narrow(move.size).String()
	default:
		w.Vecs[i.reg()] = w.Vecs[i.rm()]
	}
	return true
}

// registerName is the name of the low size bytes of a general register.
func registerName(number, size int) string {
	legacy := []string{"ax", "cx", "dx", "bx", "sp", "bp", "si", "di"}
	if number >= 8 {
		return fmt.Sprintf("r%d%s", number, map[int]string{1: "b", 2: "w", 4: "d", 8: ""}[size])
	}
	name := legacy[number]
	switch size {
	case 1:
		if number < 4 {
			return name[:1] + "l"
		}
		return name + "l"
	case 2:
		return name
	case 4:
		return "e" + name
	}
	return "r" + name
}

// condition describes a condition code in words.
func (w *speaker) condition(code byte) string {
	if text := w.Flags.Says(interp.Condition(code)); text != "" {
		return text
	}
	return [...]string{"overflow", "no overflow", "carry", "no carry", "zero", "not zero", "carry or zero", "no carry, not zero",
		"negative", "not negative", "even parity", "odd parity", "less", "not less", "less or equal", "greater"}[code]
}

// branch describes a conditional jump.
func (w *speaker) branch(i *inst) {
	w.Branch(i.target, w.condition(i.op&15), w.condition(i.op&15^1))
}
