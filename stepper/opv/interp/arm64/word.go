package arm64

import (
	"encoding/binary"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
)

// word is an instruction.
type word uint32

func wordOf(u *machine.Insn) word { return word(binary.LittleEndian.Uint32(u.Bytes())) }

// bits are the bits from low to high, both included.
func (w word) bits(high, low int) uint32 { return uint32(w) << (31 - high) >> (31 - high + low) }
func (w word) bit(n int) uint32          { return uint32(w) >> n & 1 }

// signed are such bits as a signed number.
func (w word) signed(high, low int) int64 {
	return int64(int32(uint32(w)<<(31-high)) >> (31 - high + low))
}

// width is 8 or 4 bytes, by the highest bit.
func (w word) width() int { return 4 << w.bit(31) }

// The register fields, where 31 is the zero register: NoReg.
func (w word) rd() machine.Reg { return general(w.bits(4, 0)) }
func (w word) rn() machine.Reg { return general(w.bits(9, 5)) }
func (w word) ra() machine.Reg { return general(w.bits(14, 10)) }
func (w word) rm() machine.Reg { return general(w.bits(20, 16)) }

// The same, where 31 is SP.
func (w word) rdSP() machine.Reg { return arm64.General(int(w.bits(4, 0))) }
func (w word) rnSP() machine.Reg { return arm64.General(int(w.bits(9, 5))) }

func general(n uint32) machine.Reg {
	if n == 31 {
		return machine.NoReg
	}
	return arm64.General(int(n))
}
