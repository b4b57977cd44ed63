package rules

import (
	"fmt"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Offsets of the fields that the kernel writes, in struct rseq, bytes
// (include/uapi/linux/rseq.h).
const (
	offCPUStart = 0
	offCPU      = 4
	offNode     = 20
	offCID      = 24
	idSize      = 4
)

// cpuRules are about the numbers that the kernel writes.
func cpuRules() []check.Rule {
	const family = "The kernel's fields"
	return []check.Rule{
		{
			Name: "cpu-id-overlaid", Family: family, Severity: check.Error, Title: "the section takes the kernel's cpu_id_start for a part of its own data",
			Says: "cpu_id_start is the kernel's: programs read it, as 4 bytes, and never write it. A program that keeps 8 bytes of its own across it " +
				"relies on the kernel writing over them whenever the thread was interrupted, which no kernel promises (tcmalloc keeps the address of its per-CPU slab there).",
			Sources: []check.Source{
				uapi("struct rseq, cpu_id_start: updated by the kernel, read by user-space"),
				commit("39a167560a61", "rseq: Optimize event setting", "v6.19"),
				commit("99428157dcf3", "rseq: Reenable performance optimizations conditionally", "v7.1"),
				{Text: "google/tcmalloc issue 292", URL: "https://github.com/google/tcmalloc/issues/292"},
			},
			On: check.Table{
				check.Until618:      {Effect: check.Nothing, Text: "works: the kernel writes the fields at each switch"},
				check.From619:       {Effect: check.Wrong, Text: "the program's bytes stay when the thread has been interrupted or moved: it goes on with another CPU's data and corrupts it; killed by SIGSEGV in rseq debug mode"},
				check.From71Legacy:  {Effect: check.Debug, Text: "works with a registration of 32 bytes, which the kernel treats as 6.18 did; killed by SIGSEGV in rseq debug mode"},
				check.From71Optimal: {Effect: check.Killed, Text: "the kernel sends SIGSEGV when it finds that a field was written"},
			},
			Advice: "Update the library: newer ones keep their pointer elsewhere. Until then glibc must not register first (GLIBC_TUNABLES=glibc.pthread.rseq=0 on 6.18, and on 7.1, where it makes the registration one of 32 bytes), " +
				"or must (=1), so that the library does without per-CPU caches (6.19 to 7.0).",
		},
		{
			Name: "cpu-id-written", Family: family, Severity: check.Error, Title: "code writes a field that the kernel writes",
			Says:    "cpu_id_start, cpu_id, node_id and mm_cid of a registered area are the kernel's.",
			Sources: []check.Source{uapi("struct rseq: updated by the kernel, read by user-space"), document("optimized RSEQ V2"), commit("99428157dcf3", "rseq: Reenable performance optimizations conditionally", "v7.1")},
			On: check.Table{
				check.Until618:      {Effect: check.Wrong, Text: "the value stays until the thread is switched: sections compare with a wrong CPU"},
				check.From619:       {Effect: check.Wrong, Text: "the value stays until the thread changes its CPU; killed by SIGSEGV in rseq debug mode"},
				check.From71Legacy:  {Effect: check.Wrong, Text: "the value stays until the thread is switched; killed by SIGSEGV in rseq debug mode"},
				check.From71Optimal: {Effect: check.Killed, Text: "the kernel sends SIGSEGV when it finds that a field was written"},
			},
			Advice: "Keep the value in a variable of the program's own.",
		},
		{
			Name: "cpu-read-late", Family: family, Severity: check.Warning, Title: "the CPU's number is read after a store",
			Says:    "The number is read and compared before anything is stored: it decides whose data the section may change.",
			Sources: []check.Source{uapi("struct rseq, cpu_id: meant to be read within sections and compared before performing the commit instruction")},
			On:      check.Everywhere(check.Wrong, "the first store can be to another CPU's data: an abort behind it does not take it back"),
			Advice:  "Move the comparison to the beginning of the section.",
		},
		{
			Name: "cpu-unchecked", Family: family, Severity: check.Warning, Title: "the section uses a CPU's number that it does not compare",
			Says:    "A number that was read before the section was armed is compared with cpu_id inside it: until the section is armed the thread can move.",
			Sources: []check.Source{uapi("struct rseq, cpu_id_start: should always be compared against cpu_id before performing a rseq commit")},
			On:      check.Everywhere(check.Wrong, "a thread that was moved between the two changes another CPU's data"),
			Advice:  "Compare the number with cpu_id (or mm_cid) as the section's first instruction and leave through the abort handler if they differ.",
		},
	}
}

// kernelField is the name of the kernel's field that n bytes at an offset in the area overlap; ""
// for none.
func kernelField(off int64, n int) string {
	for _, f := range []struct {
		name string
		off  int64
	}{{"cpu_id_start", offCPUStart}, {"cpu_id", offCPU}, {"node_id", offNode}, {"mm_cid", offCID}} {
		if off < f.off+idSize && f.off < off+int64(n) {
			return f.name
		}
	}
	return ""
}

// judgeCPU looks at a section's accesses to the area.
func judgeCPU(s *code.Section) (list []hit) {
	all, checked := s.Accesses(), false
	for n := range all {
		a := &all[n]
		if !a.InArea {
			checked = checked || mayBeID(s, a)
			continue
		}
		name := kernelField(a.Offset, a.Size)
		switch {
		case name == "":
		case a.Store:
			list = append(list, hit{rule: "cpu-id-written", section: s, at: a.Insn.Addr, value: name, detail: fmt.Sprintf("The section writes %d bytes at offset %d of its rseq area: %s.", a.Size, a.Offset, name)})
		case a.Offset < 0:
			checked = true
			list = append(list, hit{rule: "cpu-id-overlaid", section: s, at: a.Insn.Addr, value: name,
				detail: fmt.Sprintf("The section reads %d bytes from %d bytes before its rseq area on, the last %d of which are the kernel's %s.", a.Size, -a.Offset, a.Offset+int64(a.Size), name)})
		default:
			checked = true
			if first := storedBefore(s, a.Insn); first != nil {
				list = append(list, hit{rule: "cpu-read-late", section: s, at: a.Insn.Addr, detail: fmt.Sprintf("%s is read after the store at %v.", name, first.Addr)})
			}
		}
	}
	if !checked && s.Arming != nil {
		list = append(list, judgeUnchecked(s)...)
	}
	return list
}

// mayBeID reports whether a load outside of the known area may be one of a field, by another
// pointer: it has the field's distance from rseq_cs, and its size.
func mayBeID(s *code.Section, a *code.Access) bool {
	if a.Store || s.Arming == nil || a.Size != idSize {
		return false
	}
	off := a.Mem.Disp - s.Arming.Store.Disp + 8
	return a.Mem.Segment != machine.NoReg || off == offCPUStart || off == offCPU || off == offCID
}

// storedBefore is a store that others can see from which control reaches an instruction.
func storedBefore(s *code.Section, i *machine.Insn) *machine.Insn {
	all := s.Accesses()
	for n := range all {
		if a := &all[n]; outward(a) && a.Insn.Addr != i.Addr && s.After(a.Insn).Has(i.Addr) && !s.After(i).Has(a.Insn.Addr) {
			return a.Insn
		}
	}
	return nil
}

// judgeUnchecked follows a CPU's number that the function reads before the section is armed to an
// address in the section.
func judgeUnchecked(s *code.Section) []hit {
	use, read := s.CPUUse(func(off int64, size int) bool {
		return size == idSize && (off == offCPUStart || off == offCPU || off == offCID)
	})
	if use == 0 {
		return nil
	}
	return []hit{{
		rule: "cpu-unchecked", section: s, at: use, path: []code.Step{{At: read, Note: "the number is read"}, {At: use, Note: "and used in an address"}},
		detail: fmt.Sprintf("The address depends on the number that was read at %v, before the section was armed; the section reads none of the fields cpu_id_start, cpu_id and mm_cid.", table.Addr(read)),
	}}
}
