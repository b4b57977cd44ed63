package amd64

import (
	"fmt"

	"rseqstep/stepper/machine"
)

// Views implements machine.Others: the registers and their parts with gdb's names (its
// features/i386/64bit-core.xml and 64bit-avx.xml).
func (others) Views() (list []machine.View) {
	add := func(name, whole string, off int64, typ string) {
		list = append(list, machine.View{Name: name, Whole: whole, Off: off, Type: typ})
	}
	for _, x := range arch.Shown {
		typ := "int64"
		switch x {
		case CS, SS, DS, ES, FS, GS:
			typ = "int32"
		case FSBase, GSBase:
			typ = "long"
		case RIP:
			typ = "code_ptr"
		case RSP, RBP:
			typ = "data_ptr"
		case EFLAGS:
			typ = "i386_eflags"
		}
		add(names[x], names[x], 0, typ)
	}
	for _, x := range "abcd" {
		r := "r" + string(x) + "x"
		add("e"+r[1:], r, 0, "int32")
		add(r[1:], r, 0, "int16")
		add(string(x)+"l", r, 0, "int8")
		add(string(x)+"h", r, 1, "int8")
	}
	for _, x := range []string{"si", "di", "bp", "sp"} {
		add("e"+x, "r"+x, 0, "int32")
		add(x+"l", "r"+x, 0, "int8")
		if x != "sp" { // $sp is the whole stack pointer
			add(x, "r"+x, 0, "int16")
		}
	}
	for n := 8; n < 16; n++ {
		r := fmt.Sprintf("r%d", n)
		add(r+"d", r, 0, "int32")
		add(r+"w", r, 0, "int16")
		add(r+"l", r, 0, "int8")
	}
	for _, name := range (others{}).OtherNames() {
		typ := "vec128"
		switch name[0] {
		case 's':
			typ = "i387_ext"
		case 'm':
			typ = "i386_mxcsr"
		case 'y':
			typ = "vec256"
		}
		add(name, name, 0, typ)
	}
	return list
}

// OtherNames implements machine.Others.
func (others) OtherNames() (list []string) {
	add := func(prefix string, count int) {
		for n := range count {
			list = append(list, fmt.Sprintf("%s%d", prefix, n))
		}
	}
	add("st", 8)
	list = append(list, "mxcsr")
	add("xmm", 16)
	add("ymm", 16)
	return list
}

// DWARFName implements machine.Others (System V ABI, AMD64 supplement, figure 3.36).
func (others) DWARFName(n uint64) string {
	switch {
	case n >= 17 && n <= 32:
		return fmt.Sprintf("xmm%d", n-17)
	case n >= 33 && n <= 40:
		return fmt.Sprintf("st%d", n-33)
	case n == 49:
		return names[EFLAGS]
	case n >= 50 && n <= 55:
		return names[[...]machine.Reg{ES, CS, SS, DS, FS, GS}[n-50]]
	case n == 64:
		return "mxcsr"
	case n == 58:
		return names[FSBase]
	case n == 59:
		return names[GSBase]
	}
	return ""
}

// eflagsBits are the flags of EFLAGS that gdb shows (Intel SDM volume 1,
// figure 3-8).
var eflagsBits = []machine.Flag{{Bit: 0, Name: "CF"}, {Bit: 2, Name: "PF"}, {Bit: 4, Name: "AF"}, {Bit: 6, Name: "ZF"}, {Bit: 7, Name: "SF"}, {Bit: 8, Name: "TF"}, {Bit: 9, Name: "IF"}, {Bit: 10, Name: "DF"}, {Bit: 11, Name: "OF"},
	{Bit: 14, Name: "NT"}, {Bit: 16, Name: "RF"}, {Bit: 17, Name: "VM"}, {Bit: 18, Name: "AC"}, {Bit: 19, Name: "VIF"}, {Bit: 20, Name: "VIP"}, {Bit: 21, Name: "ID"}}

// mxcsrBits are those of MXCSR (Intel SDM volume 1, figure 10-3).
var mxcsrBits = func() []machine.Flag {
	var list []machine.Flag
	for bit, name := range []string{"IE", "DE", "ZE", "OE", "UE", "PE", "DAZ", "IM", "DM", "ZM", "OM", "UM", "PM"} {
		list = append(list, machine.Flag{Bit: uint(bit), Name: name})
	}
	return append(list, machine.Flag{Bit: 15, Name: "FZ"})
}()
