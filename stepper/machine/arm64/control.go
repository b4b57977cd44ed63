package arm64

import (
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// control decodes branches, exceptions and system instructions (Arm ARM C4.1, "Branches, Exception
// Generating and System instructions").
func (d *decoder) control() {
	switch top := d.bits(31, 24); {
	case d.bits(30, 26) == 0b00101: // b, bl
		kind := machine.Jump
		if d.bit(31) == 1 {
			kind = machine.Call
			d.set(X30)
		}
		d.branch(kind, condNone, d.signed(25, 0))
	case d.bits(30, 25) == 0b011010: // cbz, cbnz
		d.read(general(d.rd()))
		d.branch(machine.CondJump, condZero+uint8(d.bit(24)), d.signed(23, 5))
	case d.bits(30, 25) == 0b011011: // tbz, tbnz
		d.read(general(d.rd()))
		d.branch(machine.CondJump, condBit0+uint8(d.bit(24)), d.signed(18, 5))
	case d.bits(30, 25) == 0b111010: // cb<cc>, cbb<cc>, cbh<cc>
		d.compareAndBranch()
	case top == 0x54: // b.cond, bc.cond
		d.branch(machine.CondJump, uint8(d.bits(3, 0))+1, d.signed(23, 5))
		d.insn.ByFlag = true
	case top == 0x55: // retaasppc, retabsppc
		d.insn.Kind = machine.Return
		d.read(X30, SP)
		d.set(X30)
	case top == 0xd4:
		d.exception()
	case top == 0xd5:
		d.system()
	case d.bits(31, 25) == 0b1101011:
		d.indirect()
	default:
		d.unlisted()
	}
}

// branch notes a direct branch by a number of words.
func (d *decoder) branch(kind machine.Kind, cond uint8, words int64) {
	d.insn.Kind, d.insn.Cond = kind, cond
	d.insn.Target = d.addr + table.Addr(words*wordSize)
}

// compareAndBranch is FEAT_CMPBR: of two registers, or a register and a constant.
func (d *decoder) compareAndBranch() {
	d.read(general(d.rd()))
	if d.bit(24) == 0 {
		d.read(general(d.rm()))
	}
	d.branch(machine.CondJump, condCompare, d.signed(13, 5))
}

// exception is an instruction that raises one.
func (d *decoder) exception() {
	switch d.bits(23, 21)<<5 | d.bits(4, 0) {
	case 0<<5 | 1: // svc; the result is in x0
		d.insn.Kind, d.unknown = machine.Syscall, true
		d.set(X0)
	case 3 << 5: // tcancel
		d.unlisted()
	default: // brk, hlt, hvc, smc, dcps
		d.insn.Kind = machine.Trap
	}
}

// indirect is a branch to an address in a register, signed ones included.
func (d *decoder) indirect() {
	rn, op3 := orSP(d.rn()), d.bits(15, 10)
	signed := op3 == 2 || op3 == 3
	if d.bits(20, 16) != 31 || op3 != 0 && !signed {
		d.unlisted()
		return
	}
	switch opc := d.bits(24, 21); {
	case opc&7 == 0 && (opc == 0 || signed): // br, braa
		d.insn.Kind = machine.IndirectJump
	case opc&7 == 1 && (opc == 1 || signed): // blr, blraa
		d.insn.Kind = machine.IndirectCall
		d.set(X30)
	case opc == 2: // ret, retaa, retaasppcr
		d.insn.Kind = machine.Return
		if signed {
			rn = X30
			d.read(SP, general(d.rd()))
			d.set(X30)
		}
	case opc == 4, opc == 5: // eret, eretaa, drps: not for programs
		d.insn.Kind = machine.Trap
		return
	default:
		d.unlisted()
		return
	}
	d.read(rn)
	if opc := d.bits(24, 21); signed && opc >= 8 { // the modifier
		d.read(orSP(d.rd()))
	}
}

// system is hints, barriers, access to system registers and instructions by their numbers.
func (d *decoder) system() {
	rt := general(d.rd())
	name := d.bits(20, 5) // op0, op1, CRn, CRm, op2
	switch op0 := d.bits(20, 19); {
	case d.bits(23, 22) == 1: // sysp, msrr, mrrs: a pair of registers
		d.unlisted()
	case d.bits(23, 22) != 0:
		d.unlisted()
	case d.bit(21) == 1: // mrs, sysl, tstart
		d.set(rt)
		d.insn.Flags = name == rndr || name == rndrrs
		if op0 < 2 {
			d.unknown = true
		}
	case op0 >= 2: // msr of a register
		d.read(rt)
		d.insn.Flags = name == nzcv
	case op0 == 1: // sys
		d.read(rt)
		if name == dcZVA || name == dcGZVA {
			d.someStore(d.rd())
		}
	case rt != machine.NoReg: // wfet, wfit
		d.read(rt)
	case d.bits(15, 12) == 2: // hints
		d.hint(d.bits(11, 5))
	case d.bits(15, 12) == 3: // clrex, barriers
		if d.bits(7, 5) == 2 {
			d.insn.Exclusive = machine.ExclusiveClear
		}
	case d.bits(15, 12) == 4: // msr of a part of PSTATE; cfinv, xaflag, axflag
		d.insn.Flags = d.bits(18, 16) == 0 && d.bits(7, 5) < 3
	}
}

// systemName is a system register or instruction, as its fields encode it from bit 5 on.
func systemName(op0, op1, crn, crm, op2 uint32) uint32 {
	return op0<<14 | op1<<11 | crn<<7 | crm<<3 | op2
}

// The system registers and instructions that matter (Arm ARM C5.3, D19).
var (
	nzcv   = systemName(3, 3, 4, 2, 0)
	tpidr  = systemName(3, 3, 13, 0, 2)
	rndr   = systemName(3, 3, 2, 4, 0) // sets the flags
	rndrrs = systemName(3, 3, 2, 4, 1)
	dcZVA  = systemName(1, 3, 7, 4, 1)
	dcGZVA = systemName(1, 3, 7, 4, 4)
)

// hint is a hint by its number (Arm ARM C6.2, HINT). All that are not named here change nothing.
func (d *decoder) hint(n uint32) {
	switch {
	case n == 7: // xpaclri
		d.read(X30)
		d.set(X30)
	case n == 8, n == 10, n == 12, n == 14: // pacia1716, …
		d.read(X16, X17)
		d.set(X17)
	case n >= 24 && n < 32: // paciaz, paciasp, …
		d.read(X30)
		d.set(X30)
		if n&1 == 1 {
			d.read(SP)
		}
	case n == 40: // chkfeat
		d.read(X16)
		d.set(X16)
	}
}
