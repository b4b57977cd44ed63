package machine

import "rseqstep/table"

// MaxLen is the longest instruction of any architecture, bytes (x86: Intel SDM
// volume 2, 2.3.11).
const MaxLen = 15

// Kind is how an instruction transfers control.
type Kind uint8

const (
	Plain        Kind = iota // to the next instruction
	Jump                     // to Target
	CondJump                 // to Target or to the next instruction
	IndirectJump             // to an address in a register or memory
	Call                     // to Target; the return address is the instruction after it
	IndirectCall             // to an address in a register or memory, including far calls
	Return                   // to the caller's return address
	Syscall                  // into the kernel and usually back
	Trap                     // an exception: breakpoints, undefined instructions, privileged instructions
)

func (k Kind) String() string {
	names := [...]string{"plain", "jump", "conditional jump", "indirect jump", "call", "indirect call", "return", "system call", "trap"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown kind"
}

// Exclusive is an instruction's part in an exclusive sequence (Sequence).
type Exclusive uint8

const (
	ExclusiveNone  Exclusive = iota
	ExclusiveLoad            // load-exclusive: it sets the exclusive monitor
	ExclusiveStore           // store-exclusive: it stores only if the monitor is still set, and clears it
	ExclusiveClear           // it clears the monitor
)

// Insn is one decoded instruction. It contains no pointers, so that a cache of
// them costs the garbage collector nothing.
type Insn struct {
	Addr      table.Addr
	Target    table.Addr // Jump, CondJump, Call: the target
	Store     Store      // the memory it writes; Store.Size is 0 if it writes none
	Len       uint8      // bytes, 1 to MaxLen
	Kind      Kind
	Cond      uint8        // CondJump: its condition, in the architecture's numbering
	ByFlag    bool         // CondJump: the flags alone decide whether it is taken, and it does not change them
	Flags     bool         // it may change the flags that conditions use
	Exclusive Exclusive    // its part in an exclusive sequence
	Writes    RegSet       // general registers it may change
	Code      [MaxLen]byte // the first Len bytes
}

// Next is the address of the instruction after it: the return address of a call.
func (i *Insn) Next() table.Addr { return i.Addr + table.Addr(i.Len) }

// Bytes is the instruction's code. The caller must not change it.
func (i *Insn) Bytes() []byte { return i.Code[:i.Len] }

// Taken reports whether a conditional jump is taken from the state r. known is false if
// that cannot be determined, and for instructions that are not conditional jumps.
// Precondition: r is the thread's state before the instruction.
func (i *Insn) Taken(r *Regs) (taken, known bool) {
	if i.Kind != CondJump || r.arch == nil {
		return false, false
	}
	return r.arch.Taken(i, r)
}

// Continues reports whether the next instruction in memory can be executed
// next: false for jumps, returns and traps. A call and a system call return.
func (i *Insn) Continues() bool {
	switch i.Kind {
	case Jump, IndirectJump, Return, Trap:
		return false
	}
	return true
}
