// Package arm64 interprets and describes instructions of arm64 for package opv. It implements what
// Arm's Architecture Reference Manual (DDI 0487, "Arm ARM") says of each, chapters C6.2 and C7.2; an
// encoding that is reserved, or whose effect depends on the processor, is not supported.
package arm64

import (
	"errors"
	"fmt"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/arm64"
	"rseqstep/stepper/opv/interp"
	"rseqstep/table"
)

// Set is arm64's instruction set.
func Set() interp.Set { return instructions{} }

type instructions struct{}

// vectors is the number of vector registers, and vectorSize their size, bytes.
const (
	vectors    = 32
	vectorSize = 16
)

// Executor implements interp.Set.
func (instructions) Executor(p *interp.Pass) interp.Executor {
	return &interpreter{Pass: p, parsed: map[table.Addr]operation{}}
}

// LoadVectors implements interp.Set, for an area NT_PRFPREG, which may be followed by others.
func (instructions) LoadVectors(s *interp.State, area []byte) error {
	s.Cleared = 0
	for n := range vectors {
		v, ok := arm64.Arch().Others.Register(area, vectorName(n))
		if !ok {
			return errArea
		}
		clear(s.Vec[n][:])
		copy(s.Vec[n][:vectorSize], v)
	}
	return nil
}

// StoreVectors implements interp.Set.
func (instructions) StoreVectors(s *interp.State, area []byte) error {
	for n := range vectors {
		if !arm64.Arch().Others.SetRegister(area, vectorName(n), s.Vec[n][:vectorSize]) {
			return errArea
		}
	}
	return nil
}

// interpreter interprets one pass.
type interpreter struct {
	*interp.Pass
	parsed map[table.Addr]operation

	holds   [arm64.SP + 1]interp.Field // the field of the area that each general register contains a copy of
	monitor struct {                   // the exclusive monitor
		addr table.Addr
		size int // 0: nothing is marked
	}
}

// Exec implements interp.Executor.
func (m *interpreter) Exec(u *machine.Insn) error {
	o, ok := m.parsed[u.Addr]
	if !ok {
		o = parse(u)
		m.parsed[u.Addr] = o
	}
	return m.execute(&o, u)
}

var errArea = errors.New("not an area of vector registers")

func vectorName(n int) string { return fmt.Sprintf("v%d", n) }

// refused is the error for an instruction, by its name.
func refused(u *machine.Insn) error {
	return fmt.Errorf("%s: %w", strings.Join(strings.Fields(arm64.Arch().Format(u, nil)), " "), interp.ErrUnsupported)
}

// reg is the low size bytes of a general register.
func (m *interpreter) reg(x machine.Reg, size int) uint64 { return interp.Cut(m.W[x], size) }

// set writes one; what size bytes do not reach becomes 0.
func (m *interpreter) set(x machine.Reg, size int, v uint64) {
	if x == machine.NoReg {
		return
	}
	m.W[x] = interp.Cut(v, size)
	if int(x) < len(m.holds) {
		m.holds[x] = interp.FieldNone
	}
}

// keeps notes that a register contains a copy of a field.
func (m *interpreter) keeps(x machine.Reg, f interp.Field) {
	if x != machine.NoReg && int(x) < len(m.holds) {
		m.holds[x] = f
	}
}

// setVector writes the low bytes of a vector register; the others become 0.
func (m *interpreter) setVector(n uint32, b []byte) {
	clear(m.Vec[n][:])
	copy(m.Vec[n][:], b)
	m.Cleared |= 1 << n
}

// The flags in PSTATE.
const (
	flagV = 1 << 28
	flagC = 1 << 29
	flagZ = 1 << 30
	flagN = 1 << 31
	nzcv  = flagN | flagZ | flagC | flagV
)

// setNZCV changes the flags.
func (m *interpreter) setNZCV(f uint64) {
	m.W[arm64.PSTATE] = m.W[arm64.PSTATE]&^nzcv | f&nzcv
}

// when is f if the condition holds, else 0.
func when(condition bool, f uint64) uint64 {
	if condition {
		return f
	}
	return 0
}

// negative is the highest bit of a number of size bytes.
func negative(v uint64, size int) bool { return v>>(8*size-1)&1 == 1 }

// signs are N and Z of a result.
func signs(v uint64, size int) uint64 {
	v = interp.Cut(v, size)
	return when(v == 0, flagZ) | when(negative(v, size), flagN)
}
