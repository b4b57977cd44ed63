package opv

import "fmt"

// get is the operand that ModRM.rm names.
func (w *words) get(i *inst, size int) value {
	if !i.inMemory() {
		return w.read(i, i.rm(), size)
	}
	v := named(w.memory(&i.mem, size))
	if v.bits = 8 * size; size == 8 {
		v.bits = 0
	}
	return v
}

// read is a general register's value as an operand.
func (w *words) read(i *inst, n byte, size int) value {
	if i.high(n, size) {
		return value{terms: named(fmt.Sprintf("u8(%s>>8)", w.regs[n-4].atom())).terms, bits: 8}
	}
	return w.regs[n].narrow(size)
}

// give writes a general register; 1 and 2 bytes leave the rest unchanged.
func (w *words) give(i *inst, n byte, size int, v value) {
	switch {
	case i.high(n, size):
		w.setReg(n-4, named(registerName(int(n-4), 8)+"'"))
	case size < 4:
		low := v.narrow(size)
		mixed := named(fmt.Sprintf("%s:%v", registerName(int(n), 8), low))
		mixed.low, mixed.lowSize = &low, size
		w.setReg(n, mixed)
	default:
		w.setReg(n, v.narrow(size))
	}
}

// put writes the operand that ModRM.rm names: op is "=", "+=" and so on.
func (w *words) put(i *inst, size int, op string, v, whole value) {
	if !i.inMemory() {
		w.give(i, i.rm(), size, whole)
		return
	}
	text := w.memory(&i.mem, size)
	w.say("%s %s %v", text, op, v)
	w.wrote(text)
}

// insn describes one instruction; false if it has no description for it.
func (w *words) insn(i *inst) bool {
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

func (w *words) insnOne(i *inst) bool {
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
		return w.alu(i, op>>3, size, w.regs[0].narrow(size), constant(int64(i.signed())), false)
	case op == 0x80, op == 0x81, op == 0x83:
		return w.alu(i, i.digit(), size, w.get(i, size), constant(int64(i.signed())), false)
	case op == 0x63:
		w.give(i, i.reg(), i.wide(), named(fmt.Sprintf("s64(%v)", w.get(i, 4))))
	case op == 0x84, op == 0x85:
		w.flags = flagWords{kind: "test", a: w.get(i, size), b: w.read(i, i.reg(), size), size: size}
	case op == 0xa8, op == 0xa9:
		w.flags = flagWords{kind: "test", a: w.regs[0].narrow(size), b: constant(int64(i.signed())), size: size}
	case (op == 0xf6 || op == 0xf7) && i.digit() < 2:
		w.flags = flagWords{kind: "test", a: w.get(i, size), b: constant(int64(i.signed())), size: size}
	case op == 0x88, op == 0x89:
		v := w.read(i, i.reg(), size)
		shown := v // the store itself truncates
		if sum := w.regs[i.reg()]; !i.high(i.reg(), size) && sum.lowSize == 0 && len(sum.terms) > 0 && (len(sum.terms) > 1 || sum.off != 0) {
			shown = sum
		}
		w.put(i, size, "=", shown, v)
	case op == 0x8a, op == 0x8b:
		w.give(i, i.reg(), size, w.get(i, size))
	case op == 0x8d:
		w.give(i, i.reg(), i.wide(), w.sum(&i.mem))
	case op == 0x90:
	case op >= 0xb8 && op <= 0xbf:
		w.give(i, i.opReg(), i.wide(), constant(int64(i.signed())))
	case (op == 0xc6 || op == 0xc7) && i.digit() == 0:
		v := constant(int64(i.signed()))
		w.put(i, size, "=", v, v)
	case (op == 0xfe || op == 0xff) && i.digit() < 2:
		return w.alu(i, []byte{aluAdd, aluSub}[i.digit()], size, w.get(i, size), constant(1), false)
	case (op == 0xc0 || op == 0xc1 || op == 0xd0 || op == 0xd1) && (i.digit() == shiftShl || i.digit() == shiftShr):
		w.shift(i, size)
	case op >= 0x70 && op <= 0x7f:
		w.branch(i)
	case op == 0xe9, op == 0xeb:
		w.say("goto %s", w.destination(i))
	default:
		return false
	}
	return true
}

func (w *words) insnTwo(i *inst) bool {
	op, size := i.op, i.wide()
	switch {
	case op == 0x0d, op >= 0x18 && op <= 0x1f:
	case op >= 0x40 && op <= 0x4f:
		v := named(fmt.Sprintf("(%s ? %v : %v)", w.flags.condition(op&15), w.get(i, size), w.read(i, i.reg(), size)))
		w.give(i, i.reg(), size, v)
	case op >= 0x80 && op <= 0x8f:
		w.branch(i)
	case op == 0xb6, op == 0xb7:
		w.give(i, i.reg(), size, w.get(i, 1+int(op&1)))
	case op == 0xbe, op == 0xbf:
		w.give(i, i.reg(), size, named(fmt.Sprintf("s%d(%v)", 8*size, w.get(i, 1+int(op&1)))))
	case op == 0xba && i.digit() >= 4:
		v := w.get(i, size)
		bit := int64(i.count()) & int64(8*size-1)
		w.flags = flagWords{kind: "bit", a: v, b: constant(bit)}
		switch i.digit() {
		case 5:
			w.put(i, size, "|=", named(fmt.Sprintf("1<<%d", bit)), named(fmt.Sprintf("(%s|1<<%d)", v.atom(), bit)))
		case 6:
			w.put(i, size, "&=", named(fmt.Sprintf("~(1<<%d)", bit)), named(fmt.Sprintf("(%s&~(1<<%d))", v.atom(), bit)))
		case 7:
			w.put(i, size, "^=", named(fmt.Sprintf("1<<%d", bit)), named(fmt.Sprintf("(%s^1<<%d)", v.atom(), bit)))
		}
	default:
		return w.vector(i)
	}
	return true
}

// alu describes the eight operations of opcodes 00 to 3F. toReg: the result
// goes to ModRM.reg.
func (w *words) alu(i *inst, op byte, size int, a, b value, toReg bool) bool {
	sign := [...]string{"+=", "|=", "", "", "&=", "-=", "^=", ""}[op]
	var v value
	w.flags = flagWords{kind: "value", size: size}
	switch op {
	case aluCmp:
		w.flags = flagWords{kind: "cmp", a: a, b: b, size: size}
		return true
	case aluAdd:
		v = a.plus(b)
	case aluSub:
		v = a.plus(b.scaled(-1))
		w.flags = flagWords{kind: "cmp", a: a, b: b, size: size}
	case aluXor:
		if v = constant(0); !a.equal(b) || i.inMemory() {
			v = named(fmt.Sprintf("(%s^%s)", a.atom(), b.atom()))
		}
	case aluAnd:
		v = named(fmt.Sprintf("(%s&%s)", a.atom(), b.atom()))
	case aluOr:
		v = named(fmt.Sprintf("(%s|%s)", a.atom(), b.atom()))
	default: // adc, sbb
		return false
	}
	if op != aluSub {
		w.flags.a = v.narrow(size)
	}
	if toReg {
		w.give(i, i.reg(), size, v)
	} else {
		w.put(i, size, sign, b, v)
	}
	return true
}

func (w *words) shift(i *inst, size int) {
	by := int64(1)
	if i.op < 0xd0 {
		by = int64(i.count()) & int64(max(8*size, 32)-1)
	}
	v := w.get(i, size)
	sign, whole := "<<=", v.scaled(1<<by)
	if i.digit() == shiftShr {
		sign, whole = ">>=", named(fmt.Sprintf("(%s>>%d)", v.atom(), by))
	}
	w.flags = flagWords{kind: "value", a: whole.narrow(size), size: size}
	w.put(i, size, sign, constant(by), whole)
}

// vector describes moves of vector registers, and their zeroing.
func (w *words) vector(i *inst) bool {
	move, ok := vectorMoves(i)
	switch {
	case i.opmap == 1 && (i.op == 0x57 || i.op == 0xef) && !i.inMemory() && i.rm() == i.reg():
		w.vecs[i.reg()] = "0"
	case i.opmap != 1 || !ok || move.half > 0 || move.merge && !i.inMemory():
		return false
	case move.store && i.inMemory():
		text := w.memory(&i.mem, move.size)
		w.say("%s = %s", text, w.vecs[i.reg()])
		w.wrote(text)
	case move.store && move.general:
		w.give(i, i.rm(), move.size, named(fmt.Sprintf("u%d(%s)", 8*move.size, w.vecs[i.reg()])))
	case move.store:
		w.vecs[i.rm()] = w.vecs[i.reg()]
	case i.inMemory():
		w.vecs[i.reg()] = w.memory(&i.mem, move.size)
	case move.general:
		w.vecs[i.reg()] = w.regs[i.rm()].narrow(move.size).String()
	default:
		w.vecs[i.reg()] = w.vecs[i.rm()]
	}
	return true
}
