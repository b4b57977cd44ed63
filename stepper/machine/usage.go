package machine

// Usage is what an instruction reads and what it replaces. A Body's rules need it; stepping
// needs only Insn.Writes, so it is not part of an Insn.
type Usage struct {
	Reads RegSet // general registers whose value has an effect, those of addresses included
	Sets  RegSet // general registers that it replaces, whatever they held
	// Changes are the general registers that it may change, Sets among them. Insn.Writes can have
	// more: it need not tell ah from sp.
	Changes RegSet
	Load    Mem // the memory that it reads by an explicit operand, if Loaded is not 0
	// Loaded is the size of Load in bytes. A read-modify-write instruction loads what it stores to.
	Loaded uint16
}
