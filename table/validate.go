package table

import (
	"debug/elf"
	"encoding/binary"
	"fmt"
)

// Check is one of the kernel's checks on a descriptor. The kernel kills a
// thread with SIGSEGV if it is interrupted inside a section whose descriptor
// fails a check. See rseq_get_rseq_cs and rseq_need_restart in kernel/rseq.c.
type Check int

const (
	CheckStart     Check = iota + 1 // start_ip beyond the address space
	CheckEnd                        // start_ip + post_commit_offset beyond the address space
	CheckAbort                      // abort_ip beyond the address space
	CheckVersion                    // version is not 0
	CheckOverflow                   // start_ip + post_commit_offset wraps
	CheckInside                     // abort_ip inside the section
	CheckSignature                  // the bytes before abort_ip are not the registered ones
	CheckFlags                      // flags are not 0: SIGSEGV since Linux 6.1
)

func (c Check) String() string {
	switch c {
	case CheckStart:
		return "start"
	case CheckEnd:
		return "end"
	case CheckAbort:
		return "abort"
	case CheckVersion:
		return "version"
	case CheckOverflow:
		return "overflow"
	case CheckInside:
		return "abort-inside"
	case CheckSignature:
		return "signature"
	case CheckFlags:
		return "flags"
	}
	return fmt.Sprintf("Check(%d)", int(c))
}

// CheckError is a check that a descriptor fails.
type CheckError struct {
	Check      Check
	Descriptor Descriptor
	Signature  Signature // CheckSignature: the bytes found
	Want       []uint32  // CheckSignature: the accepted values
	TaskSize   uint64    // CheckStart, CheckEnd, CheckAbort: first address that user code cannot have
}

func (e *CheckError) Error() string {
	d := &e.Descriptor
	switch e.Check {
	case CheckStart:
		return fmt.Sprintf("start_ip %v is beyond user space, which ends at %#x", d.StartIP, e.TaskSize)
	case CheckEnd:
		return fmt.Sprintf("start_ip + post_commit_offset = %#x is beyond user space, which ends at %#x", uint64(d.StartIP)+d.PostCommitOffset, e.TaskSize)
	case CheckAbort:
		return fmt.Sprintf("abort_ip %v is beyond user space, which ends at %#x", d.AbortIP, e.TaskSize)
	case CheckVersion:
		return fmt.Sprintf("version %d: the kernel knows only 0", d.Version)
	case CheckOverflow:
		return fmt.Sprintf("start_ip %v + post_commit_offset %#x wraps around", d.StartIP, d.PostCommitOffset)
	case CheckInside:
		return fmt.Sprintf("abort_ip %v lies inside the section %v+%#x", d.AbortIP, d.StartIP, d.PostCommitOffset)
	case CheckSignature:
		if !e.Signature.Found {
			return fmt.Sprintf("the 4 bytes before abort_ip %v cannot be read, %s is wanted there", d.AbortIP, wanted(e.Want))
		}
		return fmt.Sprintf("the 4 bytes before abort_ip %v are %v, not %s", d.AbortIP, e.Signature, wanted(e.Want))
	case CheckFlags:
		return fmt.Sprintf("flags %#x: the kernel refuses any since Linux 6.1", d.Flags)
	}
	return e.Check.String()
}

func wanted(values []uint32) string {
	s := ""
	for i, v := range values {
		if i > 0 {
			s += " or "
		}
		s += fmt.Sprintf("0x%08x", v)
	}
	return s
}

// Rules are the inputs of the checks besides the descriptor.
type Rules struct {
	TaskSize   uint64   // first address that user code cannot have; 0: not checked
	Signatures []uint32 // the accepted values before abort_ip; none: not checked
}

// RulesFor returns the rules for files of a machine: the signatures that its
// programs usually register, and its largest possible address space. For a live
// thread set Signatures to what it registered.
func RulesFor(m elf.Machine, class elf.Class, order binary.ByteOrder) Rules {
	r := Rules{TaskSize: taskSize(m, class)}
	for _, s := range Signatures(m, order) {
		r.Signatures = append(r.Signatures, s.Value)
	}
	return r
}

// taskSize is the kernel's TASK_SIZE at its largest (five-level page tables and
// the like); see TASK_SIZE in arch/*/include/asm/. 0 if it reaches the end of
// the 64-bit address space.
func taskSize(m elf.Machine, class elf.Class) uint64 {
	if class == elf.ELFCLASS32 {
		return 1 << 32
	}
	switch m {
	case elf.EM_X86_64:
		return 1<<56 - 4096
	case elf.EM_AARCH64, elf.EM_PPC64:
		return 1 << 52
	case elf.EM_RISCV:
		return 1 << 56
	}
	return 0
}

// Validate repeats the kernel's checks on a descriptor and its signature, in the kernel's
// order, and returns all that fail. The kernel stops at the first.
func Validate(d Descriptor, sig Signature, rules Rules) []*CheckError {
	var failed []*CheckError
	fail := func(c Check) {
		e := &CheckError{Check: c, Descriptor: d}
		switch c {
		case CheckStart, CheckEnd, CheckAbort:
			e.TaskSize = rules.TaskSize
		case CheckSignature:
			e.Signature, e.Want = sig, rules.Signatures
		}
		failed = append(failed, e)
	}
	start, abort := uint64(d.StartIP), uint64(d.AbortIP)
	end := start + d.PostCommitOffset
	if size := rules.TaskSize; size != 0 {
		if start >= size {
			fail(CheckStart)
		}
		if end >= size {
			fail(CheckEnd)
		}
		if abort >= size {
			fail(CheckAbort)
		}
	}
	if d.Version != 0 {
		fail(CheckVersion)
	}
	if end < start {
		fail(CheckOverflow)
	}
	if abort-start < d.PostCommitOffset {
		fail(CheckInside)
	}
	if len(rules.Signatures) > 0 && !rules.accept(sig) {
		fail(CheckSignature)
	}
	if d.Flags != 0 {
		fail(CheckFlags)
	}
	return failed
}

func (r *Rules) accept(sig Signature) bool {
	for _, want := range r.Signatures {
		if sig.Found && sig.Value == want {
			return true
		}
	}
	return false
}

// Problem is a check that a section of a file or of a process fails.
type Problem struct {
	Section *Section
	Err     *CheckError
}

// Check validates every section by the usual rules of the file's machine.
func (f *File) Check() []Problem {
	rules := RulesFor(f.Machine, f.Class, f.ByteOrder)
	var problems []Problem
	for i := range f.Sections {
		s := &f.Sections[i]
		for _, err := range Validate(s.Descriptor, s.Signature, rules) {
			problems = append(problems, Problem{s, err})
		}
	}
	return problems
}
