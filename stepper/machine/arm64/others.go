package arm64

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper/machine"
)

// The area of the other registers: struct user_fpsimd_state, as PTRACE_GETREGSET with NT_FPREGSET
// returns it (arch/arm64/include/uapi/asm/ptrace.h): v0 to v31, then fpsr and fpcr, bytes.
const (
	vectorSize = 16
	fpsrAt     = 32 * vectorSize
	fpcrAt     = fpsrAt + 4
	fpsimdSize = fpcrAt + 4 + 8 // with two words that are reserved
)

// place is where a register is in the area; size is 0 for an unknown name.
func place(name string) (at, size int) {
	switch name {
	case "fpsr":
		return fpsrAt, 4
	case "fpcr":
		return fpcrAt, 4
	}
	digits, ok := strings.CutPrefix(name, "v")
	if n, err := strconv.Atoi(digits); ok && err == nil && n >= 0 && n < 32 && strconv.Itoa(n) == digits {
		return n * vectorSize, vectorSize
	}
	return 0, 0
}

// Register implements machine.Others: a vector register or a floating-point status.
func (others) Register(area []byte, name string) ([]byte, bool) {
	at, size := place(name)
	if size == 0 || len(area) < at+size {
		return nil, false
	}
	return append([]byte(nil), area[at:][:size]...), true
}

// SetRegister implements machine.Others.
func (others) SetRegister(area []byte, name string, b []byte) bool {
	at, size := place(name)
	if size == 0 || len(area) < at+size || len(b) != size {
		return false
	}
	copy(area[at:], b)
	return true
}

// EnterFunction implements machine.Others: arguments are in v0 and those after it.
func (others) EnterFunction(area []byte, arguments [][16]byte) {
	for n, v := range arguments {
		if at := n * vectorSize; at+vectorSize <= len(area) {
			copy(area[at:], v[:])
		}
	}
}

// VectorResult implements machine.Others: v0.
func (others) VectorResult(area []byte) (b [16]byte, ok bool) {
	if len(area) < vectorSize {
		return b, false
	}
	copy(b[:], area)
	return b, true
}

// DWARFName implements machine.Others (AADWARF64, 4.1).
func (others) DWARFName(n uint64) string {
	if n >= 64 && n < 96 {
		return fmt.Sprintf("v%d", n-64)
	}
	return ""
}

// OtherNames implements machine.Others.
func (others) OtherNames() (list []string) {
	for n := range 32 {
		list = append(list, fmt.Sprintf("v%d", n))
	}
	return append(list, "fpsr", "fpcr")
}

// Views implements machine.Others: the registers and their parts with gdb's names (its
// features/aarch64-core.xml and aarch64-fpu.c; aarch64-tdep.c for the parts of v0 to v31).
func (others) Views() (list []machine.View) {
	add := func(name, whole, typ string) {
		list = append(list, machine.View{Name: name, Whole: whole, Type: typ})
	}
	for _, x := range arch.Shown {
		typ := "long"
		switch x {
		case SP, TPIDR:
			typ = "data_ptr"
		case PC:
			typ = "code_ptr"
		case PSTATE:
			typ = "cpsr_flags"
		}
		add(names[x], names[x], typ)
	}
	for n := range 31 {
		add(fmt.Sprintf("w%d", n), fmt.Sprintf("x%d", n), "uint32")
	}
	add("lr", names[X30], "long")
	for _, mask := range arch.Masks {
		add(mask, names[CodeMask], "long")
	}
	for n := range 32 {
		whole := fmt.Sprintf("v%d", n)
		add(whole, whole, "aarch64v")
		for _, part := range "qdshb" {
			add(fmt.Sprintf("%c%d", part, n), whole, "part_"+string(part))
		}
	}
	add("fpsr", "fpsr", "fpsr_flags")
	add("fpcr", "fpcr", "fpcr_flags")
	return list
}

// flagTypes are the flags that gdb shows (Arm ARM C5.2: FPSR, FPCR; and SPSR_EL1, whose layout the
// kernel's pstate has).
var flagTypes = []machine.FlagType{
	{Name: "cpsr_flags", Size: 4, Bits: flagsOf("SP 0 EL 2-3 nRW 4 F 6 I 7 A 8 D 9 BTYPE 10-11 SSBS 12 IL 20 SS 21 PAN 22 UAO 23 DIT 24 TCO 25 V 28 C 29 Z 30 N 31")},
	{Name: "fpsr_flags", Size: 4, Bits: flagsOf("IOC 0 DZC 1 OFC 2 UFC 3 IXC 4 IDC 7 QC 27 V 28 C 29 Z 30 N 31")},
	{Name: "fpcr_flags", Size: 4, Bits: flagsOf("FIZ 0 AH 1 NEP 2 IOE 8 DZE 9 OFE 10 UFE 11 IXE 12 EBF 13 IDE 15 Len 16-18 FZ16 19 Stride 20-21 RMode 22-23 FZ 24 DN 25 AHP 26")},
}

// unionTypes are the types of vector registers, and of the parts of v0 to v31 that have registers' names.
var unionTypes = []machine.UnionType{
	{Name: "vnd", Size: 16, Views: "f:double u:uint64 s:int64"},
	{Name: "vns", Size: 16, Views: "f:float u:uint32 s:int32"},
	{Name: "vnh", Size: 16, Views: "bf:bfloat16 f:half u:uint16 s:int16"},
	{Name: "vnb", Size: 16, Views: "u:uint8 s:int8"},
	{Name: "vnq", Size: 16, Views: "u:uint128 s:int128"},
	{Name: "aarch64v", Size: 16, Views: "d:vnd s:vns h:vnh b:vnb q:vnq"},
	{Name: "part_q", Size: 16, Views: "u:uint128 s:int128", Whole: true},
	{Name: "part_d", Size: 8, Views: "f:double u:uint64 s:int64", Whole: true},
	{Name: "part_s", Size: 4, Views: "f:float u:uint32 s:int32", Whole: true},
	{Name: "part_h", Size: 2, Views: "bf:bfloat16 f:half u:uint16 s:int16", Whole: true},
	{Name: "part_b", Size: 1, Views: "u:uint8 s:int8", Whole: true},
}

// flagsOf are flags, each written as its name and its bit, or the first and last bit of a number.
func flagsOf(text string) (list []machine.Flag) {
	words := strings.Fields(text)
	for n := 0; n+1 < len(words); n += 2 {
		low, high, several := strings.Cut(words[n+1], "-")
		first, err := strconv.Atoi(low)
		f := machine.Flag{Bit: uint(first), Name: words[n]}
		if last, err2 := strconv.Atoi(high); several {
			f.Width, err = uint(last-first+1), errors.Join(err, err2)
		}
		if err != nil {
			panic("flagsOf: " + text) // the texts are above
		}
		list = append(list, f)
	}
	return list
}
