package amd64

import "rseqstep/stepper/machine"

// Constant implements machine.Decoder: lea of a PC-relative address, or mov of an immediate.
func (decoding) Constant(i *machine.Insn, _ *machine.Constants) (to machine.Reg, value uint64, ok bool) {
	d := decoder{code: i.Bytes(), addr: i.Addr}
	var again machine.Insn
	if d.decode(&again) != nil || d.encoding != legacy || d.opmap != mapOne {
		return machine.NoReg, 0, false
	}
	switch op := d.opcode; {
	case op == 0x8d && d.mem.PCRelative && d.wide():
		return General(d.regField()), uint64(d.mem.Disp), true
	case op >= 0xb8 && op <= 0xbf && !d.data16:
		value = uint64(d.imm)
		if !d.wide() {
			value = uint64(uint32(d.imm))
		}
		return General(op&7 | d.rex&rexB<<3), value, true
	case op == 0xc7 && d.modrm == 0xc0|d.modrm&7 && d.wide():
		return General(d.modrm&7 | d.rex&rexB<<3), uint64(d.imm), true
	}
	return machine.NoReg, 0, false
}
