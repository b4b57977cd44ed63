package unit

import "rseqstep/table"

// MaxLen is the longest instruction the processor accepts, in bytes
// (Intel SDM volume 2, 2.3.11).
const MaxLen = 15

// Kind is how an instruction passes control on.
type Kind uint8

const (
	Plain        Kind = iota // to the instruction after it
	Jump                     // to Target
	CondJump                 // to Target or to the instruction after it: jcc, loop, jrcxz, xbegin
	IndirectJump             // to where a register or memory says
	Call                     // to Target; the return address is the instruction after it
	IndirectCall             // to where a register or memory says, far calls included
	Return                   // ret, far ret, iret, uiret
	Syscall                  // syscall, sysenter, int $0x80: into the kernel and, as a rule, back
	Trap                     // int3, int1, other int, ud0 to ud2, hlt and the returns only a kernel may use
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
	cond   uint8        // condition: condNone, a jcc's 0 to 15 plus one, or one of the counted ones
	flags  bool         // it may change CF, PF, AF, ZF, SF or OF
	writes RegSet       // general registers it may change
	code   [MaxLen]byte // the first Len bytes
}

// Next is the address of the instruction after it: the return address of a call.
func (i *Insn) Next() table.Addr { return i.Addr + table.Addr(i.Len) }

// Bytes is the instruction's code. The caller must not change it.
func (i *Insn) Bytes() []byte { return i.code[:i.Len] }

// Continues reports whether the instruction after it in memory can be next:
// false for jumps, returns and traps. A call and a system call come back.
func (i *Insn) Continues() bool {
	switch i.Kind {
	case Jump, IndirectJump, Return, Trap:
		return false
	}
	return true
}
