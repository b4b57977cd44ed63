package ledger

// Owner identifies who needs a breakpoint or a debug register. The zero value means nobody.
type Owner struct {
	Why Why
	Of  int // number within its kind: a breakpoint's number, or the counter of Fresh
}

// Why says what an Owner needs it for.
type Why int

const (
	nobody   Why = iota
	Asked        // a breakpoint of the user's, at the address they asked for
	Inside       // a breakpoint or watchpoint of the user's, on the arming store of a section
	Linker       // to learn that the dynamic linker has loaded or unloaded libraries
	Way          // where a command ends, or decides how to continue
	Returned     // the return address of a function that the user has called
	Passes       // to count a thread's passes of sections
	Observed     // to note what the program does, without stopping it
	Aborting     // to make the kernel restart the section inside which it stands
)

// Fresh returns a new Owner, different from all earlier ones.
func (b *Book) Fresh(why Why) Owner {
	b.fresh++
	return Owner{Why: why, Of: b.fresh}
}
