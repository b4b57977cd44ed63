package amd64

import "rseqstep/stepper/machine"

// findOpcode consumes the escapes, VEX, EVEX or XOP that begin with b, up to
// the opcode byte, and sets encoding, opmap, opcode, pp and length.
func (d *decoder) findOpcode(b byte) (err error) {
	d.opcode = b
	switch b {
	case 0x0f:
		return d.escape()
	case 0xc4, 0xc5:
		return d.vexPrefix(b)
	case 0x62:
		return d.evexPrefix()
	case 0x8f:
		// XOP looks like pop with a ModRM.reg other than 0: its map is 8 or more.
		if d.pos < len(d.code) && d.code[d.pos]&0x1f >= 8 {
			d.encoding = xop
			return d.threeByteVEX()
		}
	}
	return nil
}

// escape consumes the opcode of the maps that begin with 0F.
func (d *decoder) escape() (err error) {
	d.opmap = map0F
	if d.opcode, err = d.byte1(); err != nil {
		return err
	}
	switch d.opcode {
	case 0x38:
		d.opmap = map0F38
	case 0x3a:
		d.opmap = map0F3A
	default:
		d.mandatory()
		return nil
	}
	d.mandatory()
	d.opcode, err = d.byte1()
	return err
}

// mandatory sets pp from the legacy prefixes: F2 and F3 override 66.
func (d *decoder) mandatory() {
	switch {
	case d.repeat == 0xf3:
		d.pp = 2
	case d.repeat == 0xf2:
		d.pp = 3
	case d.data16:
		d.pp = 1
	}
}

// plainPrefixes reports that there was no prefix with which VEX, EVEX and XOP
// fault: 66, F2, F3 and REX do. (So does lock, which is not checked.)
func (d *decoder) plainPrefixes() bool { return !d.data16 && d.repeat == 0 && !d.hasREX }

// vexPrefix consumes the rest of a VEX prefix and the opcode.
// See the Intel SDM, volume 2, 2.3.5.
func (d *decoder) vexPrefix(b byte) error {
	if !d.plainPrefixes() {
		return machine.ErrInvalid
	}
	d.encoding = vex
	if b == 0xc4 {
		return d.threeByteVEX()
	}
	p, err := d.byte1()
	if err != nil {
		return err
	}
	d.opmap = map0F
	d.rex = ^p >> 5 & rexR
	d.pp = p & 3
	d.length = p >> 2 & 1
	d.vvvv = ^p >> 3 & 15
	d.opcode, err = d.byte1()
	return err
}

// threeByteVEX consumes the last two bytes of VEX or XOP and the opcode.
func (d *decoder) threeByteVEX() error {
	if !d.plainPrefixes() {
		return machine.ErrInvalid
	}
	p1, err := d.byte1()
	if err != nil {
		return err
	}
	p2, err := d.byte1()
	if err != nil {
		return err
	}
	d.opmap = opcodeMap(p1 & 0x1f)
	d.rex = ^p1>>5&7 | p2>>7<<3
	d.pp = p2 & 3
	d.length = p2 >> 2 & 1
	d.vvvv = ^p2 >> 3 & 15
	d.opcode, err = d.byte1()
	return err
}

// evexPrefix consumes the rest of an EVEX prefix and the opcode.
// See the Intel SDM, volume 2, 2.7.1. Map 4 is APX, which is not decoded.
func (d *decoder) evexPrefix() error {
	if !d.plainPrefixes() {
		return machine.ErrInvalid
	}
	d.encoding = evex
	p0, err := d.byte1()
	if err != nil {
		return err
	}
	p1, err := d.byte1()
	if err != nil {
		return err
	}
	p2, err := d.byte1()
	if err != nil {
		return err
	}
	if p0&8 != 0 || p1&4 == 0 {
		return machine.ErrInvalid
	}
	d.opmap = opcodeMap(p0 & 7)
	d.rex = ^p0>>5&7 | p1>>7<<3
	d.pp = p1 & 3
	d.length = p2 >> 5 & 3
	d.opcode, err = d.byte1()
	return err
}

// form is the letter of the opcode in its map (opcode_maps.go).
func (d *decoder) form() byte {
	switch d.encoding {
	case legacy:
		switch d.opmap {
		case mapOne:
			return oneByteMap[d.opcode]
		case map0F:
			if d.opcode == 0x78 && (d.pp == 1 || d.pp == 3) {
				return 'E' // extrq, insertq: two imm8
			}
			return twoByteMap[d.opcode]
		case map0F38:
			return 'm'
		default:
			return 'B'
		}
	case xop:
		switch d.opmap {
		case mapXOP8:
			return 'B'
		case mapXOP9:
			return 'm'
		case mapXOPA:
			return 'D'
		}
	default:
		switch d.opmap {
		case map0F:
			return vexMap[d.opcode]
		case map0F38:
			return 'm'
		case map0F3A:
			return 'B'
		case mapEVEX5, mapEVEX6:
			if d.encoding == evex {
				return 'm'
			}
		case mapVEX7:
			if d.encoding == vex {
				return 'D'
			}
		}
	}
	return 'x'
}
