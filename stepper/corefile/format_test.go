package corefile

import (
	"bytes"
	"debug/elf"
	"errors"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// fpsimd is a struct user_fpsimd_state whose v0 to v31 hold 1 to 32 in each byte.
func fpsimd() []byte {
	var b []byte
	for n := range 32 {
		b = append(b, bytes.Repeat([]byte{byte(n + 1)}, 16)...)
	}
	b = le.AppendUint32(le.AppendUint32(b, 0x10), 0x400000) // fpsr, fpcr
	return append(b, make([]byte, 8)...)
}

// sve is an NT_ARM_SVE of vectors of 32 bytes, with the same contents; plain: in NT_PRFPREG's layout.
func sve(plain bool) []byte {
	h := make([]byte, 16)
	le.PutUint16(h[8:], 32)
	if plain {
		return append(h, fpsimd()...)
	}
	h[12] = 1
	for n := range 32 {
		h = append(append(h, fpsimd()[16*n:][:16]...), bytes.Repeat([]byte{0xee}, 16)...)
	}
	h = append(h, bytes.Repeat([]byte{0xff}, 17*4)...) // p0 to p15, ffr
	h = append(h, make([]byte, -len(h)&15)...)
	return append(h, fpsimd()[512:520]...)
}

// A core of arm64 has the thread pointer, the mask of signatures and the number of the system call in
// notes of their own; each kind of note of the vector registers gives the same v0 to v31.
func TestNotesOfARM64(t *testing.T) {
	const area = 0x8000
	mask := append(make([]byte, 8), le.AppendUint64(nil, 0x7f<<48)...)
	for name, c := range map[string]struct {
		vectors map[uint32][]byte // NT_PRFPREG is named "CORE", the other "LINUX"
		length  int
	}{
		"no SVE":              {map[uint32][]byte{noteFPRegs: fpsimd()}, fpsimdSize},
		"SVE that is unused":  {map[uint32][]byte{noteFPRegs: fpsimd(), noteSVE: sve(true)}, fpsimdSize + sveHeader},
		"SVE":                 {map[uint32][]byte{noteFPRegs: fpsimd(), noteSVE: sve(false)}, fpsimdSize + len(sve(false))},
		"gdb's, unused":       {map[uint32][]byte{noteSVE: sve(true)}, fpsimdSize + sveHeader},
		"gdb's":               {map[uint32][]byte{noteSVE: sve(false)}, fpsimdSize + len(sve(false))},
		"cut":                 {map[uint32][]byte{noteSVE: sve(false)[:600]}, 0},
		"of vectors too long": {map[uint32][]byte{noteSVE: append([]byte{8: 0xff, 9: 0xff, 12: 1}, make([]byte, 2000)...)}, 0},
		"none":                {nil, 0},
	} {
		core := &tiny{machine: elf.EM_AARCH64}
		core.thread(7, 11, arm64.Regs(machine.Words{arm64.PC: 0x401000, arm64.SP: 0x7000, arm64.PSTATE: 1 << 30}))
		for kind, b := range c.vectors {
			if kind == noteFPRegs {
				core.note("CORE", kind, b)
			} else {
				core.note("LINUX", kind, b)
			}
		}
		core.note("LINUX", 0x401, le.AppendUint64(le.AppendUint64(nil, area-0x20), 0))
		core.note("LINUX", 0x406, mask)
		core.thread(8, 0, arm64.Regs(machine.Words{arm64.PC: 0x401004}))
		core.note("LINUX", 0x404, []byte{98, 0, 0, 0})
		le.PutUint32(core.memory(area, 64)[4:], 3) // cpu_id
		p := mustOpen(t, core.bytes(), "")
		var r, other machine.Regs
		if err := errors.Join(p.Regs(7, &r), p.Regs(8, &other)); err != nil {
			t.Fatal(err)
		}
		if r.PC() != 0x401000 || r.W[arm64.PSTATE] != 1<<30 || r.ThreadPointer() != area-0x20 || r.CodeMask() != 0x7f<<48 || int64(r.W[arm64.SystemCall]) != -1 || other.W[arm64.SystemCall] != 98 {
			t.Errorf("%s: %#x, %#x", name, r.W, other.W)
		}
		got, err := p.XState(7)
		if len(got) != c.length || (err == nil) != (c.length > 0) || err == nil && !bytes.Equal(got[:fpsimdSize], fpsimd()) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
		values := map[string]table.Addr{"__rseq_offset": area + 32, "__rseq_size": area + 40}
		le.PutUint64(core.loads[0].data[32:], 0x20)
		le.PutUint32(core.loads[0].data[40:], 28)
		p = mustOpen(t, core.bytes(), "")
		p.FindSymbols(func(name string) (table.Addr, bool) { a, ok := values[name]; return a, ok })
		if c, err := p.Rseq(7); err != nil || c != (tracee.RseqConfig{Area: area, Size: 32, Signature: 0xd428bc00}) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	short := &tiny{machine: elf.EM_AARCH64}
	short.thread(7, 0, arm64.Regs(machine.Words{}))
	short.note("LINUX", 0x406, mask[:8])
	if _, err := parse(short.bytes()); !errors.Is(err, ErrMalformed) {
		t.Errorf("half a mask: %v", err)
	}
}

// memory adds zeroed memory, and returns it.
func (c *tiny) memory(addr, size uint64) []byte {
	b := make([]byte, size)
	c.loads = append(c.loads, load{addr: addr, size: size, data: b, flags: elf.PF_R | elf.PF_W})
	return b
}
