package opv

import (
	"errors"

	"rseqstep/table"
)

// Call is one cpu_opv system call as a program makes it, with what only the
// caller's system knows.
type Call struct {
	ABI   ABI
	Ops   table.Addr // struct cpu_op[Count]
	Count int32
	CPU   int32
	Flags int32

	// Allowed reports whether a CPU is possible and in the thread's allowed
	// mask. It is called after the memory check, at the point where the kernel
	// moved the thread. Nil allows every CPU.
	Allowed func(cpu int) bool
}

// Return does what the kernel would have done and returns the program's result:
// 0, the index plus one of a compare that failed, the answer to a flag, or a
// negative errno. why explains an error; otherwise it is nil.
//
// In a real call, memory could vanish, or the thread could be moved to another
// CPU halfway and the call be repeated. Here neither happens: every thread is
// stopped.
//
// Precondition: as for Execute; and the thread is on Call.CPU, or that CPU is
// offline (then its data is processed on the current one), or Allowed refuses
// it.
func (c Call) Return(mem Memory) (ret int64, why error) {
	ret, why = c.do(mem)
	if why == nil {
		return ret, nil
	}
	errno := EFAULT
	errors.As(why, &errno)
	return -int64(errno), why
}

func (c Call) do(mem Memory) (int64, error) {
	known := int32(FlagNumber)
	if c.ABI == V9 {
		known |= FlagMaxLength
	}
	switch {
	case c.Flags&^known != 0:
		return 0, EINVAL
	case c.Flags&FlagNumber != 0: // takes precedence if both are given
		return int64(len(c.ABI.kinds())), nil
	case c.Flags&FlagMaxLength != 0:
		return int64(c.ABI.MaxOps()), nil
	case c.CPU < 0, c.Count < 0, int(c.Count) > c.ABI.MaxOps():
		return 0, EINVAL
	}
	raw := make([]byte, int(c.Count)*OpSize)
	if err := check(mem, c.Ops, len(raw), false); err != nil {
		return 0, EFAULT
	}
	if err := read(mem, c.Ops, raw); err != nil {
		return 0, EFAULT
	}
	v, err := c.ABI.Decode(raw)
	if err != nil {
		return 0, err
	}
	if err := c.ABI.Validate(v); err != nil {
		return 0, err
	}
	if err := checkAll(v, mem); err != nil {
		return 0, err
	}
	if c.Allowed != nil && !c.Allowed(int(c.CPU)) {
		return 0, EINVAL
	}
	failed, err := runAll(v, mem)
	return int64(failed), err
}
