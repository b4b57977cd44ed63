package rules

import (
	"debug/elf"
	"errors"
	"fmt"
	"slices"
	"strings"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/table"
)

// declaredRules are about the declarations of a file as a whole.
func declaredRules() []check.Rule {
	const family = "The declarations of a file"
	unseen := check.Everywhere(check.Wrong, "the kernel finds no thread inside the section: nothing restarts it, and updates are lost")
	misled := check.Everywhere(check.Tools, "the kernel does not mind; debuggers, checkpointing and instrumentation tools that read the declarations miss sections")
	return []check.Rule{
		{
			Name: "section-empty", Family: family, Severity: check.Error, Title: "the section is empty",
			Says:    "post_commit_offset is the length of the section's code; with 0 no instruction is inside.",
			Sources: []check.Source{uapi("struct rseq_cs")}, On: unseen,
			Advice: "Compute the length as the difference of the labels behind the commit and at the start.",
		},
		{
			Name: "outside-text", Family: family, Severity: check.Error, Title: "the section or its abort handler is not in executable memory",
			Says:    "start_ip, post_commit_offset and abort_ip describe code of the program.",
			Sources: []check.Source{uapi("struct rseq_cs")},
			On:      check.Everywhere(check.Killed, "the section cannot be executed, or the thread dies of SIGSEGV in its abort handler"),
			Advice:  "Look at the sections in which the labels are: .pushsection needs the flags \"ax\" for code.",
		},
		{
			Name: "boundary-inside-instruction", Family: family, Severity: check.Error, Title: "the section begins, ends or aborts inside an instruction",
			Says:    "start_ip, the first address behind the section and abort_ip are the addresses of instructions.",
			Sources: []check.Source{uapi("struct rseq_cs")},
			On:      check.Everywhere(check.Wrong, "a thread is restarted too late, too early, or executes half an instruction"),
			Advice:  "Use labels, not constants, in the descriptor.",
		},
		{
			Name: "descriptor-misaligned", Family: family, Severity: check.Warning, Title: "the descriptor is not aligned to 32 bytes",
			Says:    "struct rseq_cs is aligned to 32 bytes, so that it is in one cache line and that descriptors of several files can be concatenated.",
			Sources: []check.Source{uapi("struct rseq_cs: __attribute__((aligned(4 * sizeof(__u64))))")},
			On:      check.Everywhere(check.Tools, "the kernel reads it, more slowly; readers of __rseq_cs that go on in steps of 32 bytes see the wrong bytes"),
			Advice:  "Write .balign 32 before the descriptor.",
		},
		{
			Name: "descriptor-duplicate", Family: family, Severity: check.Warning, Title: "two descriptors of one start disagree",
			Says:    "Code that begins at one address is one section: what is restarted must not depend on which descriptor was armed.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs")},
			On:      check.Everywhere(check.Wrong, "part of the code is protected only if the longer descriptor was armed"),
			Advice:  "Remove the descriptor that is left over.",
		},
		{
			Name: "sections-overlap", Family: family, Severity: check.Warning, Title: "two sections overlap",
			Says:    "A thread has one active struct rseq_cs. Code that is in two sections is protected only by the one that was armed last, and leaves it at another place.",
			Sources: []check.Source{uapi("struct rseq, rseq_cs")},
			On:      check.Everywhere(check.Wrong, "the part that is only in the other section runs unprotected"),
			Advice:  "Let the sections follow each other, each with its own arming store; sections do not nest.",
		},
		{
			Name: "descriptor-in-data", Family: family, Severity: check.Warning, Title: "the descriptor is among the program's data",
			Says:    "A descriptor is constant. It is declared in __rseq_cs, where only relocation writes, not in .data or .bss, where any stray store changes what the kernel does.",
			Sources: []check.Source{uapi("struct rseq_cs: usually declared as link-time constant data"), librseq("include/rseq/arch/generic/common.h", "RSEQ_ASM_DEFINE_TABLE")},
			On:      check.Everywhere(check.Tools, "works as long as nothing overwrites it (then: SIGSEGV); tools that read __rseq_cs do not see the section"),
			Advice:  "Write the descriptor into a section named __rseq_cs.",
		},
		{
			Name: "descriptor-unrelocated", Family: family, Severity: check.Error, Title: "the descriptor does not move with the file",
			Says:    "The addresses in a descriptor of a position-independent file need relocations, because the file is loaded anywhere.",
			Sources: []check.Source{uapi("struct rseq_cs")}, On: unseen,
			Advice: "Write labels into the descriptor (.quad 1b), not differences or constants.",
		},
		{
			Name: "array-disagrees", Family: family, Severity: check.Warning, Title: "the pointer array and the descriptors disagree",
			Says:    "__rseq_cs_ptr_array, if a file has one, points to every descriptor.",
			Sources: []check.Source{librseq("include/rseq/arch/generic/common.h", "RSEQ_ASM_DEFINE_TABLE")}, On: misled,
			Advice: "Write the pointer beside each descriptor, in the same macro. Link with KEEP or without --gc-sections if the linker dropped a part.",
		},
		{
			Name: "section-undeclared", Family: family, Severity: check.Warning, Title: "code has an abort handler that no descriptor in the file names",
			Says:    "Every section is declared in __rseq_cs. A signature in the code with no descriptor is what is left if the linker, or a tool behind it, has dropped the declaration.",
			Sources: []check.Source{librseq("include/rseq/arch/generic/common.h", "RSEQ_ASM_DEFINE_TABLE")}, On: misled,
			Advice: "Keep __rseq_cs in the linker script (KEEP), do not remove it with objcopy, and do not declare descriptors elsewhere.",
		},
	}
}

// judgeDeclared looks at the declarations alone, of any machine.
func judgeDeclared(f *code.File) (list []hit) {
	add := func(rule string, s *code.Section, format string, args ...any) {
		list = append(list, hit{rule: rule, section: s, detail: fmt.Sprintf(format, args...)})
	}
	linked := f.Table.Type != elf.ET_REL && len(f.Table.Segments) > 0
	for _, s := range f.Sections {
		if s.PostCommitOffset == 0 {
			add("section-empty", s, "The descriptor at %v describes 0 bytes at %v.", s.At, s.Start)
		}
		if s.At%table.DescriptorSize != 0 {
			add("descriptor-misaligned", s, "The descriptor is at %v, %d bytes behind a multiple of 32.", s.At, s.At%table.DescriptorSize)
		}
		if linked {
			list = append(list, judgePlacement(f, s)...)
		}
	}
	list = append(list, judgePairs(f)...)
	list = append(list, judgeArray(f)...)
	for _, w := range f.Table.Warnings {
		var unmoved *table.UnmovedError
		if !errors.As(w, &unmoved) {
			continue
		}
		for _, s := range f.Sections {
			if slices.Contains(unmoved.At, s.At) {
				add("descriptor-unrelocated", s, "The file can be loaded anywhere, and no relocation changes the addresses in the descriptor at %v.", s.At)
			}
		}
	}
	if !f.Headers() {
		return list // nothing can be declared: not a mistake of the program's
	}
	for _, handler := range f.Undeclared() {
		list = append(list, hit{rule: "section-undeclared", at: handler, detail: fmt.Sprintf("A signature stands before %v, and no descriptor names that address as abort_ip.", handler)})
	}
	return list
}

// judgePlacement looks at where a section's code and its descriptor are.
func judgePlacement(f *code.File, s *code.Section) (list []hit) {
	outside := ""
	switch {
	case !possible(f, s): // another finding
		return nil
	case s.PostCommitOffset > 0 && !f.Executable(s.Start, s.PostCommitOffset):
		outside = fmt.Sprintf("[%v, %v), the section,", s.Start, s.End)
	case !f.Executable(s.Abort, 1):
		outside = fmt.Sprintf("%v, the abort handler,", s.Abort)
	}
	if outside != "" {
		return append(list, hit{rule: "outside-text", section: s, detail: upper(outside) + " is not in an executable segment of the file."})
	}
	if where, _, _ := f.Table.Where(s.At); isData(where) && !named(s) {
		list = append(list, hit{rule: "descriptor-in-data", section: s, detail: fmt.Sprintf("The descriptor at %v is in %s, among the variables; only the pointer array leads to it.", s.At, where)})
	}
	inside := func(what string, a table.FileAddr) {
		list = append(list, hit{rule: "boundary-inside-instruction", section: s, detail: fmt.Sprintf("%s, %v, is not the address of an instruction.", what, a)})
	}
	if n := table.InstructionAlign(f.Table.Machine); n > 1 {
		for _, x := range []struct {
			what string
			a    table.FileAddr
		}{{"start_ip", s.Start}, {"The end of the section", s.End}, {"abort_ip", s.Abort}} {
			if uint64(x.a)%n != 0 {
				inside(x.what, x.a)
			}
		}
	}
	if s.Body == nil {
		return list
	}
	for n := range s.Body.Insns {
		if i := &s.Body.Insns[n]; i.Addr < s.Body.End && i.Next() > s.Body.End {
			inside("The end of the section", s.End)
			list[len(list)-1].at = i.Addr
			break
		}
	}
	return list
}

// isData reports whether an ELF section holds variables. What is in .data.rel.ro is read-only once
// it is relocated.
func isData(name string) bool {
	for _, data := range [...]string{".data", ".bss"} {
		if name == data || strings.HasPrefix(name, data+".") && !strings.HasPrefix(name, ".data.rel.ro") {
			return true
		}
	}
	return false
}

// named reports whether a section is declared in a section for descriptors, and not only by the
// pointer array.
func named(s *code.Section) bool {
	return slices.ContainsFunc(s.Declared, func(name string) bool { return name == "__rseq_cs" || name == "__rseq_table" })
}

// judgePairs compares sections with their neighbours.
func judgePairs(f *code.File) (list []hit) {
	for n, s := range f.Sections {
		for _, t := range f.Sections[n+1:] { // sorted by Start
			if t.Start >= s.End {
				break
			}
			switch {
			case t.Start == s.Start && t.End == s.End: // the same code, perhaps with another handler
			case t.Start == s.Start:
				list = append(list, hit{rule: "descriptor-duplicate", section: t, detail: fmt.Sprintf("The descriptors at %v and %v begin at %v; one ends at %v, the other at %v.", s.At, t.At, s.Start, s.End, t.End)})
			default:
				list = append(list, hit{rule: "sections-overlap", section: t, detail: fmt.Sprintf("This section [%v, %v) begins inside the section [%v, %v).", t.Start, t.End, s.Start, s.End)})
			}
		}
	}
	return list
}

const pointerArray = "__rseq_cs_ptr_array"

// judgeArray compares the pointer array with the descriptors, if there is one.
func judgeArray(f *code.File) (list []hit) {
	in := func(s *code.Section) bool { return slices.Contains(s.Declared, pointerArray) }
	if slices.ContainsFunc(f.Sections, in) {
		for _, s := range f.Sections {
			if !in(s) {
				list = append(list, hit{rule: "array-disagrees", section: s, detail: fmt.Sprintf("%s does not point to the descriptor at %v, and does to others.", pointerArray, s.At)})
			}
		}
	}
	for _, w := range f.Table.Warnings {
		var fe *table.FormatError
		if errors.As(w, &fe) && fe.Section == pointerArray && errors.Is(w, table.ErrMalformed) {
			list = append(list, hit{rule: "array-disagrees", detail: w.Error() + "."})
		}
	}
	return list
}
