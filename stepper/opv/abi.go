package opv

// ABI is one published form of the cpu_opv system call. The zero value is V3.
type ABI uint8

const (
	// V3 is the form of November 2017: "[RFC PATCH v3 for 4.15] cpu_opv:
	// Provide cpu_opv system call", include/uapi/linux/cpu_opv.h and
	// kernel/cpu_opv.c.
	V3 ABI = iota
	// V9 is the form of November 2018: the same patch in its ninth and last
	// version; librseq carried its header.
	V9
)

func (a ABI) String() string {
	if a == V9 {
		return "v9"
	}
	return "v3"
}

// Limits that both ABIs have (include/uapi/linux/cpu_opv.h).
const (
	OpSize     = 32   // sizeof(struct cpu_op), bytes
	MaxData    = 4096 // CPU_OP_DATA_LEN_MAX: bytes one compare or copy may access
	maxNumber  = 8    // bytes of an arithmetic, bitwise or shift operand
	headerSize = 8    // s32 op, u32 len
)

// Flags of the system call.
const (
	FlagNumber    = 1 << 0 // CPU_OP_NR_FLAG: how many kinds of operation there are
	FlagMaxLength = 1 << 1 // CPU_OP_VEC_LEN_MAX_FLAG: how many operations a vector may have; V9 only
)

// MaxOps is how many operations a vector may have: CPU_OP_VEC_LEN_MAX.
func (a ABI) MaxOps() int {
	if a == V9 {
		return 4
	}
	return 16
}

// MaxSum is how many bytes a vector's operations may access in all:
// CPU_OP_VEC_DATA_LEN_MAX, one copy of a page and numbers for the rest.
func (a ABI) MaxSum() int { return MaxData + (a.MaxOps()-1)*maxNumber }

// Kind is what an operation does, whatever number its ABI gives it.
type Kind uint8

const (
	CompareEqual Kind = iota
	CompareNotEqual
	Memcpy
	MemcpyRelease // V9
	Add
	AddRelease // V9
	Or         // V3, and all below
	And
	Xor
	ShiftLeft
	ShiftRight
	Barrier
)

func (k Kind) String() string {
	names := [...]string{"COMPARE_EQ", "COMPARE_NE", "MEMCPY", "MEMCPY_RELEASE", "ADD", "ADD_RELEASE", "OR", "AND", "XOR", "LSHIFT", "RSHIFT", "MB"}
	if int(k) < len(names) {
		return names[k]
	}
	return "unknown operation"
}

// kinds lists an ABI's kinds by number: enum cpu_op_type.
func (a ABI) kinds() []Kind {
	if a == V9 {
		return []Kind{CompareEqual, CompareNotEqual, Memcpy, MemcpyRelease, Add, AddRelease}
	}
	return []Kind{CompareEqual, CompareNotEqual, Memcpy, Add, Or, And, Xor, ShiftLeft, ShiftRight, Barrier}
}

// Kind is the kind of a number. ok is false for a number the ABI lacks.
func (a ABI) Kind(number int32) (k Kind, ok bool) {
	kinds := a.kinds()
	if number < 0 || int(number) >= len(kinds) {
		return 0, false
	}
	return kinds[number], true
}

// Number is a kind's number. ok is false for a kind the ABI lacks.
func (a ABI) Number(k Kind) (number int32, ok bool) {
	for n, have := range a.kinds() {
		if have == k {
			return int32(n), true
		}
	}
	return 0, false
}
