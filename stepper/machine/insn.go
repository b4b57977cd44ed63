package machine

import "rseqstep/table"

// MaxLen is the longest instruction of any architecture, bytes (x86: Intel SDM
// volume 2, 2.3.11).
const MaxLen = 15

// Kind is how an instruction passes control on.
type Kind uint8

const (
	Plain        Kind = iota // to the instruction after it
	Jump                     // to Target
	CondJump                 // to Target or to the instruction after it
	IndirectJump             // to where a register or memory says
	Call                     // to Target; the return address is the instruction after it
	IndirectCall             // to where a register or memory says, far calls included
	Return                   // to where the function was called from
	Syscall                  // into the kernel and, as a rule, back
	Trap                     // an exception: breakpoints, undefined instructions, what only a kernel may use
)

func (k Kind) String() string {
	names := [...]string{"plain", "jump", "conditional jump", "indirect jump", "call", "indirect call", "return", "system call", "trap"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown kind"
}

// Insn is one decoded instruction. It holds no pointers, so that a cache of
// them costs the garbage collector nothing.
type Insn struct {
	Addr   table.Addr
	Target table.Addr // Jump, CondJump, Call: where to
	Store  Store      // the memory it writes; Store.Size is 0 when it writes none
	Len    uint8      // bytes, 1 to MaxLen
	Kind   Kind
	Cond   uint8        // CondJump: its condition, as the architecture numbers them
	ByFlag bool         // CondJump: whether it is taken is told by the flags, and it leaves them as they are
	Flags  bool         // it may change the flags that conditions are told by
	Writes RegSet       // general registers it may change
	Code   [MaxLen]byte // the first Len bytes
}

// Next is the address of the instruction after it: the return address of a call.
func (i *Insn) Next() table.Addr { return i.Addr + table.Addr(i.Len) }

// Bytes is the instruction's code. The caller must not change it.
func (i *Insn) Bytes() []byte { return i.Code[:i.Len] }

// Taken reports whether a conditional jump is taken from the state r. known is false
// where that cannot be told, and for instructions that are no conditional jump.
// Precondition: r is the thread's state before the instruction.
func (i *Insn) Taken(r *Regs) (taken, known bool) {
	if i.Kind != CondJump || r.arch == nil {
		return false, false
	}
	return r.arch.Taken(i, r)
}

// Continues reports whether the instruction after it in memory can be next:
// false for jumps, returns and traps. A call and a system call come back.
func (i *Insn) Continues() bool {
	switch i.Kind {
	case Jump, IndirectJump, Return, Trap:
		return false
	}
	return true
}
