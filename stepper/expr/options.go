package expr

import "math"

// Options say how values are shown: gdb's "set print".
type Options struct {
	Elements      int  // most elements of an array, or characters of a string; 0: all
	Repeats       int  // more equal elements than this are shown as one; 0: none are
	Depth         int  // most structures in one another; -1: any number
	Pretty        bool // each member of a structure on a line of its own
	Arrays        bool // each element of an array on a line of its own
	Raw           bool // values by their members, whatever their shape is
	Object        bool // an object by its own class, not by that of the pointer to it
	Address       bool // addresses of pointers and functions
	Symbol        bool // what a pointer points to
	ArrayIndexes  bool
	NullStop      bool // an array of characters ends at the first zero
	StaticMembers bool
	Union         bool // unions inside structures
	Arguments     FrameArguments
	EntryValues   EntryValues
}

// FrameArguments says which arguments the line of a frame shows.
type FrameArguments string

const (
	ArgumentsScalars  FrameArguments = "scalars" // "..." for values with parts
	ArgumentsAll      FrameArguments = "all"
	ArgumentsNone     FrameArguments = "none"
	ArgumentsPresence FrameArguments = "presence"
)

// DefaultOptions are gdb's.
func DefaultOptions() Options {
	return Options{Elements: 200, Repeats: 10, Depth: 20, Address: true, Symbol: true, StaticMembers: true, Union: true, Arguments: ArgumentsScalars, EntryValues: EntryDefault}
}

// limit is Elements, repeats Repeats, with a number for "all" and "none".
func (o *Options) limit() int   { return unlimited(o.Elements) }
func (o *Options) repeats() int { return unlimited(o.Repeats) }

func unlimited(n int) int {
	if n <= 0 {
		return math.MaxInt32
	}
	return n
}
