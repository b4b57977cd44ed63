package amd64

import "rseqstep/stepper/machine"

// storeTwo handles the opcodes after 0F.
func (d *decoder) storeTwo(s *machine.Store) {
	switch d.opcode {
	case 0xa0, 0xa8: // push fs, push gs
		push(s, d.pushSize())
		return
	case 0xf7: // maskmovq, maskmovdqu
		s.Mem = machine.Mem{Base: RDI, Scale: 1, Segment: d.segment, Short: d.short}
		s.Size = uint16(8)
		if d.pp == 1 {
			s.Size = 16
		}
		return
	}
	if !d.inMemory() {
		return
	}
	if size := d.sseStore(); size > 0 {
		d.unknown(s, size)
		return
	}
	operand := d.operandSize()
	switch op := d.opcode; {
	case op >= 0x90 && op <= 0x9f: // setcc
		d.unknown(s, 1)
	case op == 0xa4, op == 0xa5, op == 0xac, op == 0xad: // shld, shrd
		d.unknown(s, operand)
	case op == 0xab, op == 0xb3, op == 0xbb: // bts, btr, btc
		d.unknown(s, operand)
		s.Bits = General(d.regField())
	case op == 0xba && d.modReg() >= 5:
		d.unknown(s, operand)
	case op == 0xb0, op == 0xb1:
		d.modify(s, 0, d.size(), d.regField())
		s.Source, s.Old = machine.SourceCompared, RAX
	case op == 0xc0, op == 0xc1: // xadd
		d.modify(s, machine.OpAdd, d.size(), d.regField())
	case op == 0xc3: // movnti
		s.Mem = d.mem
		d.general(s, max(operand, 4), d.regField())
	case op == 0x78 && d.pp == 0: // vmread
		d.unknown(s, 8)
	case op == 0x00 && d.modReg() < 2: // sldt, str
		d.unknown(s, 2)
	default:
		if size := d.systemStore(); size > 0 {
			d.unknown(s, size)
		}
	}
}

// sseStore is the number of bytes that the SSE or MMX instruction writes; 0 for
// others.
func (d *decoder) sseStore() int {
	// Columns are mandatory prefixes: none, 66, F3, F2.
	var sizes [4]int
	switch d.opcode {
	case 0x11, 0x2b: // movups, movupd, movss, movsd; movntps, movntpd, movntss, movntsd
		sizes = [4]int{16, 16, 4, 8}
	case 0x13, 0x17: // movlps, movlpd; movhps, movhpd
		sizes = [4]int{8, 8, 0, 0}
	case 0x29: // movaps, movapd
		sizes = [4]int{16, 16, 0, 0}
	case 0x7e: // movd, movq (under F3 it loads)
		sizes = [4]int{4, 4, 0, 0}
		if d.wide() {
			sizes = [4]int{8, 8, 0, 0}
		}
	case 0x7f: // movq, movdqa, movdqu
		sizes = [4]int{8, 16, 16, 0}
	case 0xd6: // movq
		sizes = [4]int{0, 8, 0, 0}
	case 0xe7: // movntq, movntdq
		sizes = [4]int{8, 16, 0, 0}
	}
	return sizes[d.pp]
}

// xsaveMinimum is the size of an XSAVE area's legacy region and header in bytes
// (Intel SDM volume 1, 13.4). The rest depends on the processor and on edx:eax,
// and is not counted.
const xsaveMinimum = 576

// systemStore is the number of bytes that the instructions of groups 7, 9 and
// 15 write.
func (d *decoder) systemStore() int {
	type form struct{ opcode, reg byte }
	switch (form{d.opcode, d.modReg()}) {
	case form{0x01, 0}, form{0x01, 1}: // sgdt, sidt
		return 10
	case form{0x01, 4}: // smsw
		return 2
	case form{0x01, 5}: // rstorssp
		if d.pp == 2 {
			return 8
		}
	case form{0xc7, 1}: // cmpxchg8b, cmpxchg16b
		if d.wide() {
			return 16
		}
		return 8
	case form{0xc7, 4}, form{0xc7, 5}: // xsavec, xsaves
		return xsaveMinimum
	case form{0xc7, 7}: // vmptrst
		return 8
	case form{0xae, 0}: // fxsave
		return 512
	case form{0xae, 3}: // stmxcsr
		return 4
	case form{0xae, 4}: // xsave
		return xsaveMinimum
	case form{0xae, 6}: // xsaveopt; clrssbsy under F3, clwb under 66
		switch d.pp {
		case 0:
			return xsaveMinimum
		case 2:
			return 8
		}
	}
	return 0
}

// store0F38 handles the opcodes after 0F 38.
func (d *decoder) store0F38(s *machine.Store) {
	if !d.inMemory() {
		return
	}
	wide := 4
	if d.wide() {
		wide = 8
	}
	switch d.opcode {
	case 0xf1: // movbe; crc32 under F2
		if d.repeat != 0xf2 {
			s.Mem = d.mem
			d.general(s, d.operandSize(), d.regField())
			s.Source = machine.SourceSwapped
		}
	case 0xf5: // wruss
		if d.pp == 1 {
			s.Mem = d.mem
			d.general(s, wide, d.regField())
		}
	case 0xf6: // wrss; adcx, adox under 66, F3
		if d.pp == 0 {
			s.Mem = d.mem
			d.general(s, wide, d.regField())
		}
	case 0xf8: // movdir64b, enqcmd, enqcmds: 64 bytes to the address in a register
		if d.pp != 0 {
			s.Mem = machine.Mem{Base: General(d.regField()), Scale: 1, Short: d.short}
			s.Size = 64
		}
	case 0xf9: // movdiri
		s.Mem = d.mem
		d.general(s, wide, d.regField())
	case 0xfc: // aadd, aand, axor, aor
		op := [...]machine.Op{machine.OpAdd, machine.OpAnd, machine.OpXor, machine.OpOr}[d.pp]
		d.modify(s, op, wide, d.regField())
	}
}

// store0F3A handles the opcodes after 0F 3A: pextrb, pextrw, pextrd or pextrq, extractps.
func (d *decoder) store0F3A(s *machine.Store) {
	if d.inMemory() && d.pp == 1 {
		if size := d.extract(); size > 0 {
			d.unknown(s, size)
		}
	}
}

// extract is the number of bytes that opcodes 14 to 17 of map 0F3A write, in any
// encoding.
func (d *decoder) extract() int {
	switch d.opcode {
	case 0x14:
		return 1
	case 0x15:
		return 2
	case 0x16:
		if d.wide() {
			return 8
		}
		return 4
	case 0x17:
		return 4
	}
	return 0
}
