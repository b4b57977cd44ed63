package remote

import (
	"fmt"

	"rseqstep/stepper/machine"
)

// arm is the layout of arm64.
type arm struct{ *machine.Arch }

func (arm) architecture() string { return "aarch64" }
func (arm) triple() string       { return "aarch64--linux-gnu" }

// Parts of the area NT_PRFPREG, struct user_fpsimd_state (arch/arm64/include/uapi/asm/ptrace.h), bytes.
const (
	vectorSize  = 16 // v0 to v31 come first
	vectorCount = 32
	armStatus   = vectorCount * vectorSize // fpsr
	armControl  = armStatus + 4            // fpcr
)

// gdb implements layout, in the order in which gdb's own server numbers the registers (gdb manual,
// "AArch64 Features"). That has another one, tpidr2, which is SME's.
func (l arm) gdb(now *machine.Regs, area []byte) []feature {
	core := users(l.Arch, l.Shown[:l.numbered()], 8, "int")
	for i := range core {
		switch r := &core[i]; r.of {
		case l.SP:
			r.typ = "data_ptr"
		case l.PC:
			r.typ = "code_ptr"
		case l.Flags:
			r.typ, r.size, r.kept = "cpsr_flags", 4, 4
		}
	}
	all := []feature{{"org.gnu.gdb.aarch64.core", flags("cpsr_flags", 4, "SP:0 EL:2-3 nRW:4 F:6 I:7 A:8 D:9 BTYPE:10-11 SSBS:12 IL:20 SS:21 PAN:22 UAO:23 DIT:24 TCO:25 V:28 C:29 Z:30 N:31"), core}}
	status := flags("fpsr_flags", 4, "IOC:0 DZC:1 OFC:2 UFC:3 IXC:4 IDC:7 QC:27 V:28 C:29 Z:30 N:31") +
		flags("fpcr_flags", 4, "FIZ:0 AH:1 NEP:2 IOE:8 DZE:9 OFE:10 UFE:11 IXE:12 EBF:13 IDE:15 Len:16-18 FZ16:19 Stride:20-21 RMode:22-23 FZ:24 DN:25 AHP:26")
	if length := vectorLength(area); length > 0 {
		regs := append(append(scalable(length), statusRegisters()...), predicates(length)...)
		all = append(all, feature{"org.gnu.gdb.aarch64.sve", sveTypes(length) + status, append(regs, granules())})
	} else {
		all = append(all, feature{"org.gnu.gdb.aarch64.fpu", vectorTypes() + status, append(fixedVectors("aarch64v"), statusRegisters()...)})
	}
	if now.CodeMask() != 0 {
		all = append(all, feature{"org.gnu.gdb.aarch64.pauth", "", l.masks("pauth_dmask", l.Names[l.CodeMask])})
	}
	return append(all, feature{"org.gnu.gdb.aarch64.tls", "", []register{user(l.Arch, l.ThreadPointer, 8, "data_ptr")}})
}

// numbered is the number of registers up to the flags, which are the last of them.
func (l arm) numbered() int { return int(l.Flags - l.Shown[0] + 1) }

// masks are the bits of an address of data, and of code, that are its signature. The kernel has the
// same for both (pac_mask_get, arch/arm64/kernel/ptrace.c).
func (l arm) masks(data, code string) []register {
	regs := []register{user(l.Arch, l.CodeMask, 8, "int"), user(l.Arch, l.CodeMask, 8, "int")}
	regs[0].name, regs[1].name = data, code
	regs[0].fixed, regs[1].fixed = true, true
	return regs
}

// fixedVectors are v0 to v31.
func fixedVectors(typ string) (regs []register) {
	for n := range vectorCount {
		regs = append(regs, register{name: fmt.Sprintf("v%d", n), size: vectorSize, kept: vectorSize, typ: typ, place: inArea, at: n * vectorSize})
	}
	return regs
}

func statusRegisters() []register {
	return []register{
		{name: "fpsr", size: 4, kept: 4, typ: "fpsr_flags", place: inArea, at: armStatus},
		{name: "fpcr", size: 4, kept: 4, typ: "fpcr_flags", place: inArea, at: armControl},
	}
}

// delve implements layout: the registers of Delve's own backend. It looks for fp and lr under these
// names, as macOS's debugserver has them.
func (l arm) delve(*machine.Regs, []byte) []register {
	regs := l.named()
	regs = append(regs, fixedVectors("vec128")...)
	return append(regs, statusRegisters()...)
}

// named are the general registers with the names that lldb has for them.
func (l arm) named() []register {
	regs := users(l.Arch, l.Shown[:l.numbered()], 8, "int")
	for i := range regs {
		switch r := &regs[i]; r.of {
		case l.FP:
			r.alias, r.name = r.name, "fp"
		case l.Link:
			r.alias, r.name = r.name, "lr"
		case l.Flags:
			r.size, r.kept = 4, 4
		}
	}
	return regs
}
