//go:build linux && amd64

package ptrace

import (
	"encoding/binary"
)

// ownPKRU is the debugger's own PKRU, which is what exec gives to every program
// (pkru_write_default, arch/x86/kernel/fpu/core.c): Go does not change it. ok is false if
// there are no protection keys (CPUID leaf 7, OSPKE; Intel SDM volume 1, 13.3).
func ownPKRU() (value uint32, ok bool)

// Bits of an XSAVE area's header: PKRU is state component 9 (Intel SDM volume
// 1, 13.1 and 13.4.2).
const (
	headerAt  = 512
	statePKRU = 9
)

// fillPKRU puts the PKRU of a thread that has not executed an instruction since exec into its XSAVE
// area. The kernel sets the register at exec but not its saved image, which shows PKRU as 0 and in
// its initial state (tried on Linux 6.1 and 7.3). Writing that image back would set PKRU to 0 in
// the program, which opens every key (copy_uabi_to_xstate, arch/x86/kernel/fpu/xstate.c: a
// component that the header does not name becomes 0).
func (p *Process) fillPKRU(t *thread, area []byte) error {
	if t.first == 0 {
		return nil
	}
	at, size := XSaveComponent(statePKRU)
	if size < 4 || len(area) < at+size {
		return nil
	}
	header := binary.LittleEndian.Uint64(area[headerAt:])
	if header>>statePKRU&1 == 1 {
		return nil
	}
	if err := p.load(t); err != nil {
		return err
	}
	pc := t.regs.now.PC()
	if t.regs.changed {
		pc = t.regs.atStop.PC()
	}
	if pc != t.first { // the program itself set PKRU to 0
		t.first = 0
		return nil
	}
	if value, ok := ownPKRU(); ok && value != 0 {
		binary.LittleEndian.PutUint32(area[at:], value)
		binary.LittleEndian.PutUint64(area[headerAt:], header|1<<statePKRU)
	}
	return nil
}
