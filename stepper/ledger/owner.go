package ledger

// Owner is who needs a breakpoint or a debug register. The zero value is nobody.
type Owner struct {
	Why Why
	Of  int // which of its kind: a breakpoint's number, or what Fresh counts
}

// Why is what an Owner needs it for.
type Why int

const (
	nobody   Why = iota
	Asked        // a breakpoint of the user's, where they asked for it
	Inside       // a breakpoint or watchpoint of the user's, on the arming store of a section
	Linker       // to learn that the dynamic linker has loaded or unloaded libraries
	Way          // where a command ends, or decides how to go on
	Returned     // where a function that the user has called returns to
	Passes       // to count a thread's passes of sections
)

// Fresh is an owner that is like no other one before.
func (b *Book) Fresh(why Why) Owner {
	b.fresh++
	return Owner{Why: why, Of: b.fresh}
}
