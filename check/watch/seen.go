package watch

import (
	"time"

	"rseqstep/check"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/signals"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Seen is what a program did while it was watched. Places are resolved when they are noted,
// because their module may be gone at the end.
type Seen struct {
	Calls         []*Call // of rseq(2) and membarrier(2), in the order of their first occurrence
	Registrations []*Registration
	Stores        []*Store
	Armings       []*Arming
	Undeclared    []*Undeclared
	Overwritten   []*Overwritten
	Slices        []*Slice
	Left          []*Left
	Lost          []*Lost
	Signatures    []Signature // of the sections in the files

	FeatureSize uint64 // AT_RSEQ_FEATURE_SIZE, bytes; 0: the kernel does not say
	Align       uint64 // AT_RSEQ_ALIGN, bytes; 0: the kernel does not say

	Blind        bool // the kernel does not tell registrations (tracee.ErrNoRseq)
	Threads      int  // that lived while the program was watched
	Unregistered int  // of those alive at the end, how many had no registration
	Alive        int  // at the end
	Processes    int  // 1, and those that it executed
	Children     int  // processes that it created and that were not watched
	Declared     int  // sections of the files
	Armed        int  // of those, how many were entered
	Unwatched    int  // of those, in how many the arming store is unknown or must not have a trap
	Files        []string
	Time         time.Duration

	Signals signals.Flood // that it received

	Ended  bool // the program did, with:
	Status tracee.ExitStatus
}

// Event is what notes of every kind have in common.
type Event struct {
	Where   check.Place
	Stack   []check.Place // at the first time, innermost first
	Count   uint64
	AtLeast bool  // the place is no longer watched: Count is a lower bound
	Threads []int // TIDs
}

// Call is one kind of call at one place: the same arguments but for the area, and the same result.
type Call struct {
	Event
	Name   string // "rseq" or "membarrier"
	Who    string // the library or program that called, as a user knows it: "glibc", "workerd"
	Glibc  bool   // it is the C library's
	Area   table.Addr
	Length uint64
	Flags  uint64
	Sig    uint32
	Result int64             // negative errno
	Before tracee.RseqConfig // of the thread, at the first time

	from    machine.Regs // at the call
	inside  bool         // in syscall(3): its caller is meant
	Program int          // 1, 2, … : which of the programs that the process executed
}

// Registration is a thread's area.
type Registration struct {
	TID     int
	Config  tracee.RseqConfig
	By      *Call // nil: the call was not seen
	Glibc   bool  // the area is the C library's
	Early   bool  // it was there when the watch began
	Program int   // 1, 2, … : which of the programs that the process executed
	Over    bool  // unregistered since, or its program was replaced
}

// Store is an instruction that writes the kernel's fields.
type Store struct {
	Event
	Fields []string // as in struct rseq, sorted
	Value  uint64   // at the first time: what the watched bytes contained afterwards
	Glibc  bool     // in the C library's area
	Size   uint32   // of the area's registration, bytes
	Owner  int      // the thread whose area it is, if that is not the thread that stores; else 0
}

// Arming is the first arming of a section in one way.
type Arming struct {
	Event
	Section    check.Section
	Stored     table.Addr // the address that the arming store wrote to
	Config     tracee.RseqConfig
	CPU        int // cpu_id of the area that it wrote to
	Descriptor table.Addr
}

// Right reports whether the section was armed in the thread's registered area.
func (a *Arming) Right() bool { return a.Config.Registered() && a.Stored == a.Config.CSField() }

// Left is rseq_cs left pointing into a library that was unloaded.
type Left struct {
	Event
	Descriptor table.Addr
	Module     string
}

// Lost is a registered area whose memory is gone.
type Lost struct {
	Event
	Config tracee.RseqConfig
}

// Signature is the signature before the abort handlers of some sections of a file.
type Signature struct {
	Module string
	Value  uint32
	First  check.Section // one of them
}
