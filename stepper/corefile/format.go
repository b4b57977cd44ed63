package corefile

import (
	"encoding/binary"
	"fmt"

	"rseqstep/stepper/machine"
)

// Notes of vector registers, named "LINUX" (include/uapi/linux/elf.h): machine.Arch.VectorNote.
const (
	noteXState = 0x202 // NT_X86_XSTATE
	noteSVE    = 0x405 // NT_ARM_SVE
)

// vectorArea is tracee.State.XState of a thread, for what its architecture's VectorNote is.
func (c *Core) vectorArea(th *Thread) ([]byte, error) {
	switch c.arch.VectorNote {
	case noteXState:
		return xsaveArea(c.in, th)
	case noteSVE:
		return fpsimdArea(c.in, th)
	}
	return nil, noVectors(th)
}

// begin makes a thread's registers from NT_PRSTATUS: in a core without a note of it there is no system
// call.
func (c *Core) begin(general []byte) machine.Regs {
	r := c.arch.RegsOf(general)
	if int(c.arch.Syscall) > c.arch.Words {
		r.W[c.arch.Syscall] = ^uint64(0)
	}
	return r
}

// takeLinux processes a note of a thread that is named "LINUX".
func (c *Core) takeLinux(th *Thread, kind uint32, content note) error {
	if kind == c.arch.VectorNote {
		th.vectors = content
		return nil
	}
	n, ok := c.arch.Notes[kind]
	if !ok {
		return nil
	}
	if content.size < n.At+n.Size {
		return because(ErrMalformed, "a note of type %#x with %d bytes, %d are needed", kind, content.size, n.At+n.Size)
	}
	b, err := c.in.bytes(content.offset+n.At, n.Size, "a register's note")
	if err != nil {
		return err
	}
	if n.Size == 4 {
		th.Regs.W[n.Reg] = uint64(int64(int32(binary.LittleEndian.Uint32(b))))
	} else {
		th.Regs.W[n.Reg] = binary.LittleEndian.Uint64(b)
	}
	return nil
}

// Sizes in bytes: of an FXSAVE area, of an XSAVE area's legacy region and header, and the largest note
// of vector registers that is read.
const (
	fxsaveSize = 512
	xsaveHead  = 576
	maxVectors = 1 << 20

	fxsaveUsed = 464      // reserved for software (Intel SDM volume 1, 10.5.1); the kernel keeps XCR0 there
	stateFP    = 1 | 1<<1 // x87 and SSE, in XCR0 and in XSTATE_BV
)

// xsaveArea is the XSAVE area of a thread. A processor without XSAVE has only an FXSAVE area
// (NT_PRFPREG), which is an XSAVE area's first part.
func xsaveArea(in input, th *Thread) ([]byte, error) {
	switch {
	case th.vectors.size >= xsaveHead && th.vectors.size <= maxVectors:
		return in.bytes(th.vectors.offset, th.vectors.size, "NT_X86_XSTATE")
	case th.fpregs.size < fxsaveSize:
		return nil, noVectors(th)
	}
	fx, err := in.bytes(th.fpregs.offset, fxsaveSize, "NT_PRFPREG")
	if err != nil {
		return nil, err
	}
	area := make([]byte, xsaveHead)
	copy(area, fx[:fxsaveUsed])
	binary.LittleEndian.PutUint64(area[fxsaveUsed:], stateFP)
	binary.LittleEndian.PutUint64(area[fxsaveSize:], stateFP)
	return area, nil
}

// Sizes in bytes: of struct user_fpsimd_state and struct user_sve_header, and what is where in them
// (arch/arm64/include/uapi/asm/ptrace.h). Bit 0 of the flags: the registers are in SVE's layout, z0 to
// z31, p0 to p15 and ffr, then fpsr and fpcr aligned to 16 bytes; otherwise the contents of
// NT_PRFPREG follow.
const (
	fpsimdSize   = 528
	fpsimdStatus = 512
	sveHeader    = 16
	sveLength    = 8 // of a vector, bytes
	sveFlags     = 12
)

// fpsimdArea is v0 to v31 (NT_PRFPREG) and, behind them, the contents of NT_ARM_SVE of a processor with
// SVE: only the header, if the thread does not use SVE. gdb's generate-core-file writes NT_ARM_SVE
// alone.
func fpsimdArea(in input, th *Thread) ([]byte, error) {
	var area, sve []byte
	var err error
	if th.fpregs.size >= fpsimdSize {
		if area, err = in.bytes(th.fpregs.offset, fpsimdSize, "NT_PRFPREG"); err != nil {
			return nil, err
		}
	}
	if th.vectors.size >= sveHeader && th.vectors.size <= maxVectors {
		if sve, err = in.bytes(th.vectors.offset, th.vectors.size, "NT_ARM_SVE"); err != nil {
			return nil, err
		}
	}
	if area == nil {
		if area = fpsimdOf(sve); area == nil {
			return nil, noVectors(th)
		}
	}
	if len(sve) > 0 && sve[sveFlags]&1 == 0 {
		sve = sve[:sveHeader]
	}
	return append(area, sve...), nil
}

// fpsimdOf is NT_PRFPREG's contents as NT_ARM_SVE has them, nil if it has not.
func fpsimdOf(sve []byte) []byte {
	switch {
	case len(sve) < sveHeader:
		return nil
	case sve[sveFlags]&1 == 0:
		if len(sve) < sveHeader+fpsimdSize {
			return nil
		}
		return append([]byte(nil), sve[sveHeader:][:fpsimdSize]...)
	}
	length := int(binary.LittleEndian.Uint16(sve[sveLength:]))
	status := (sveHeader + 32*length + 17*length/8 + 15) &^ 15
	if length < 16 || len(sve) < status+8 {
		return nil
	}
	area := make([]byte, fpsimdSize)
	for n := range 32 {
		copy(area[16*n:][:16], sve[sveHeader+n*length:])
	}
	copy(area[fpsimdStatus:], sve[status:][:8])
	return area
}

func noVectors(th *Thread) error {
	return fmt.Errorf("the core file has no vector registers of thread %d", th.TID)
}
