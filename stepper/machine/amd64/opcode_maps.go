package amd64

// The opcode maps of 64-bit mode: one letter per opcode, sixteen to a row, for
// the parts after the opcode byte. Sources: Intel SDM volume 2, appendix A, and
// AMD APM volume 3, appendix A (femms, 3DNow!, extrq, XOP).
//
//	.  nothing           m  ModRM              x  not an instruction
//	b  imm8              B  ModRM, imm8        p  a prefix (handled before)
//	w  imm16             Z  ModRM, imm16/32    e  an escape to another map
//	z  imm16/32          V  imm16/32/64        r  ModRM whose mod counts as 3
//	j  rel8              J  rel32              o  an address (moffs)
//	n  enter: imm16, imm8
//	3, 4  groups 3 (F6, F7), whose immediate depends on ModRM.reg
//
// imm16/32 is 2 bytes under an operand-size prefix, unless REX.W overrides it.
const (
	oneByteMap = "" +
		"mmmmbzxxmmmmbzxe" + // 00
		"mmmmbzxxmmmmbzxx" + // 10
		"mmmmbzpxmmmmbzpx" + // 20
		"mmmmbzpxmmmmbzpx" + // 30
		"pppppppppppppppp" + // 40: REX
		"................" + // 50
		"xxempppp" + "zZbB...." + // 60
		"jjjjjjjjjjjjjjjj" + // 70
		"BZxBmmmmmmmmmmmm" + // 80
		"..........x....." + // 90
		"oooo....bz......" + // A0
		"bbbbbbbbVVVVVVVV" + // B0
		"BBw.eeBZn.w..bx." + // C0
		"mmmmxxx.mmmmmmmm" + // D0
		"jjjjbbbbJJxj...." + // E0
		"p.pp..34......mm" //   F0

	twoByteMap = "" +
		"mmmmx....." + "x.xm.B" + // 00
		"mmmmmmmmmmmmmmmm" + // 10
		"rrrrxxxxmmmmmmmm" + // 20
		"......x.exexxxxx" + // 30
		"mmmmmmmmmmmmmmmm" + // 40
		"mmmmmmmmmmmmmmmm" + // 50
		"mmmmmmmmmmmmmmmm" + // 60
		"BBBBmmm.mmxxmmmm" + // 70
		"JJJJJJJJJJJJJJJJ" + // 80
		"mmmmmmmmmmmmmmmm" + // 90
		"...mBmmm...mBmmm" + // A0
		"mmmmmmmmmmBmmmmm" + // B0
		"mmBmBBBm........" + // C0
		"mmmmmmmmmmmmmmmm" + // D0
		"mmmmmmmmmmmmmmmm" + // E0
		"mmmmmmmmmmmmmmmm" //   F0

	// vexMap is map 1 of VEX and EVEX. Maps 2, 5 and 6 are all "m", map 3 is
	// all "B", and map 7 takes a ModRM and an imm32.
	vexMap = "" +
		"xxxxxxxxxxxxxxxx" + // 00
		"mmmmmmmmxxxxxxxx" + // 10
		"xxxxxxxxmmmmmmmm" + // 20
		"xxxxxxxxxxxxxxxx" + // 30
		"xmmxmmmmxxmmxxxx" + // 40
		"mmmmmmmmmmmmmmmm" + // 50
		"mmmmmmmmmmmmmmmm" + // 60
		"BBBBmmm.mmmmmmmm" + // 70
		"xxxxxxxxxxxxxxxx" + // 80
		"mmmmxxxxmmxxxxxx" + // 90
		"xxxxxxxxxxxxxxmx" + // A0
		"xxxxxxxxxxxxxxxx" + // B0
		"xxBxBBBxxxxxxxxx" + // C0
		"mmmmmmmmmmmmmmmm" + // D0
		"mmmmmmmmmmmmmmmm" + // E0
		"mmmmmmmmmmmmmmmx" //   F0
)

// opcodeMap numbers the maps as VEX, EVEX and XOP do.
type opcodeMap uint8

const (
	mapOne   opcodeMap = 0
	map0F    opcodeMap = 1
	map0F38  opcodeMap = 2
	map0F3A  opcodeMap = 3
	mapEVEX5 opcodeMap = 5
	mapEVEX6 opcodeMap = 6
	mapVEX7  opcodeMap = 7
	mapXOP8  opcodeMap = 8
	mapXOP9  opcodeMap = 9
	mapXOPA  opcodeMap = 10
)
