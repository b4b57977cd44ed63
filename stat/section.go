package stat

import "fmt"

// Section is what happened to one critical section, in all processes that map its code.
type Section struct {
	Start   Code
	Length  uint64            // bytes
	Aborts  uint64            // that were recorded
	At      map[uint64]uint64 // aborts by the interrupted instruction: its offset from Start, bytes
	Threads map[Thread]uint64 // aborts by thread
	CPUs    map[int]uint64    // aborts by CPU
	Stacks  map[string]*Stack // by their frames; empty unless stacks were recorded
	Causes  map[Cause]uint64  // aborts by cause; empty unless causes were recorded
	Samples uint64            // of the clock; 0 unless it was recorded
	Passes  *Passes           // nil: not counted
}

// Thread identifies a thread in a report.
type Thread struct {
	PID, TID int
	Name     string // as the kernel has it (comm)
}

// Stack is a stack that aborts had.
type Stack struct {
	Frames []Code // the innermost first
	Aborts uint64
}

func newSection(start Code, length uint64) *Section {
	return &Section{
		Start: start, Length: length,
		At: map[uint64]uint64{}, Threads: map[Thread]uint64{}, CPUs: map[int]uint64{}, Stacks: map[string]*Stack{}, Causes: map[Cause]uint64{},
	}
}

// stack counts a stack. Its first place is the section, whatever the instruction: At has those.
func (s *Section) stack(frames []Code) {
	if len(frames) > 0 {
		frames[0] = s.Start
	}
	key := fmt.Sprint(frames)
	if s.Stacks[key] == nil {
		s.Stacks[key] = &Stack{Frames: frames}
	}
	s.Stacks[key].Aborts++
}
