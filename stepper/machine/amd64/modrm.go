package amd64

import "rseqstep/stepper/machine"

// operands consumes the parts after the opcode: ModRM, SIB, displacement, immediate.
func (d *decoder) operands() (err error) {
	form := d.form()
	switch form {
	case 'x', 'p', 'e':
		return machine.ErrInvalid
	case 'm', 'B', 'Z', 'D', 'E', 'r', '3', '4':
		if err := d.modRM(form == 'r'); err != nil {
			return err
		}
	}
	switch form {
	case 'b', 'B', 'j':
		d.imm, err = d.number(1)
	case 'w', 'E':
		d.imm, err = d.number(2)
	case 'z', 'Z':
		d.imm, err = d.number(min(d.operandSize(), 4))
	case 'V':
		d.imm, err = d.number(d.operandSize())
	case 'J', 'D':
		d.imm, err = d.number(4)
	case 'o':
		err = d.absolute()
	case 'n':
		if d.imm, err = d.number(2); err == nil {
			var level byte
			level, err = d.byte1()
			d.imm = int64(level & 31) // the size of the frame does not matter here
		}
	case '3': // test has an immediate, the others of the group have none
		if d.modReg() < 2 {
			d.imm, err = d.number(1)
		}
	case '4':
		if d.modReg() < 2 {
			d.imm, err = d.number(min(d.operandSize(), 4))
		}
	}
	return err
}

// absolute consumes the address of opcodes A0 to A3.
func (d *decoder) absolute() (err error) {
	d.mem = machine.Mem{Segment: d.segment, Short: d.short, Scale: 1}
	if d.short {
		d.mem.Disp, err = d.number(4)
	} else {
		d.mem.Disp, err = d.number(8)
	}
	return err
}

// modRM consumes ModRM and the SIB and displacement it asks for. With
// registerOnly, mod counts as 3 (moves of control and debug registers). See the
// Intel SDM, volume 2, 2.1.5 and 2.2.1.6.
func (d *decoder) modRM(registerOnly bool) (err error) {
	if d.modrm, err = d.byte1(); err != nil {
		return err
	}
	d.hasModRM = true
	if registerOnly {
		d.modrm |= 0xc0
	}
	mod, rm := d.modrm>>6, d.modrm&7
	if mod == 3 {
		return nil
	}
	d.mem = machine.Mem{Segment: d.segment, Short: d.short, Scale: 1}
	dispSize := [...]int{0, 1, 4}[mod]
	switch {
	case rm == 4:
		sib, err := d.byte1()
		if err != nil {
			return err
		}
		d.mem.Scale = 1 << (sib >> 6)
		if index := sib>>3&7 | d.rex&rexX<<2; index != 4 {
			d.mem.Index = General(index)
		}
		if sib&7 == 5 && mod == 0 {
			dispSize = 4
		} else {
			d.mem.Base = General(sib&7 | d.rex&rexB<<3)
		}
	case rm == 5 && mod == 0:
		dispSize = 4
		d.mem.PCRelative = true
	default:
		d.mem.Base = General(rm | d.rex&rexB<<3)
	}
	if dispSize > 0 {
		d.mem.Disp, err = d.number(dispSize)
		d.disp8 = dispSize == 1
	}
	return err
}

// resolvePC turns a PC-relative displacement into an address.
// Precondition: the whole instruction is consumed, immediate included.
func (d *decoder) resolvePC() {
	if d.mem.PCRelative {
		d.mem.Disp += int64(d.next())
	}
}
