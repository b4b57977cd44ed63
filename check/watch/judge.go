package watch

import (
	"fmt"
	"slices"
	"strings"

	"rseqstep/check"
)

// Judge adds the findings to a report, and what was watched.
func Judge(seen *Seen, r *check.Report) {
	for _, c := range seen.Calls {
		add(r, judgeCall(c, seen))
	}
	for _, g := range seen.Registrations {
		add(r, judgeRegistration(g, seen))
	}
	for _, s := range seen.Stores {
		add(r, judgeStore(s))
	}
	for _, a := range seen.Armings {
		add(r, judgeArming(a))
	}
	for _, u := range seen.Undeclared {
		add(r, judgeUndeclared(u))
	}
	for _, o := range seen.Overwritten {
		add(r, judgeOverwritten(o, seen))
	}
	for _, s := range seen.Slices {
		add(r, judgeSlice(s))
	}
	for _, l := range seen.Left {
		add(r, l.finding("left-in-unloaded", fmt.Sprintf("rseq_cs of the thread contains %v, in %s, which is unloaded", l.Descriptor, l.Module)))
	}
	for _, l := range seen.Lost {
		add(r, l.finding("area-gone", fmt.Sprintf("the registered area of %d bytes at %v cannot be read", l.Config.Size, l.Config.Area)))
	}
	r.Says = append(r.Says, conclusions(seen, r)...)
	if seen.Blind {
		r.Problems = append(r.Problems, "The kernel does not tell which areas are registered (PTRACE_GET_RSEQ_CONFIGURATION, Linux 5.13): who writes them was not watched.")
	}
	r.Watched.Running = true
	r.Watched.Files = append(r.Watched.Files, seen.Files...)
	r.Watched.Declared, r.Watched.Decoded = seen.Declared, seen.Declared-seen.Unwatched
	r.Watched.Armed, r.Watched.Threads, r.Watched.Processes = seen.Armed, seen.Threads, seen.Processes
	r.Watched.Seconds = seen.Time.Seconds()
}

func add(r *check.Report, list []check.Finding) {
	for _, f := range list {
		r.Add(f)
	}
}

// finding is one that violates a rule where the event happened.
func (e *Event) finding(rule, detail string) []check.Finding {
	if e.AtLeast {
		detail += "; counted until the watch there was given up, so the count is a lower bound"
	}
	return []check.Finding{{Rule: rule, Detail: detail, Where: e.Where, Count: e.Count, Threads: e.Threads, Stack: e.Stack}}
}

// errnos are the names of what rseq(2) and membarrier(2) return.
func errno(n int64) string {
	switch n {
	case -errPERM:
		return "EPERM"
	case -errBUSY:
		return "EBUSY"
	case -errINVAL:
		return "EINVAL"
	case -14:
		return "EFAULT"
	case -38:
		return "ENOSYS"
	}
	return fmt.Sprintf("error %d", -n)
}

// Commands of membarrier(2), include/uapi/linux/membarrier.h.
const membarrierRseq = 1 << 7 // MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ

// smallest is the size of struct rseq before it grew (ORIG_RSEQ_SIZE, kernel/rseq.c), and the
// alignment of every area, bytes.
const smallest = 32

const unregisters = 1 // RSEQ_FLAG_UNREGISTER

// judgeCall judges one kind of call. glibc is not told what to do: its size is that of its version.
func judgeCall(c *Call, seen *Seen) []check.Finding {
	if c.Name == "membarrier" {
		if c.Flags == membarrierRseq && c.Result == -errPERM {
			return c.finding("membarrier-unregistered", "MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ fails with EPERM")
		}
		return nil
	}
	said := fmt.Sprintf("rseq(%v, %d bytes, flags %d, signature %#x)", c.Area, c.Length, c.Flags, c.Sig)
	switch {
	case c.Result == -38 || c.Result >= 0 && c.Flags&unregisters != 0:
		return nil // no rseq here, or a program that unregisters
	case c.Result < 0 && c.Flags == 0 && c.Before.Registered():
		f := c.finding("registration-refused", fmt.Sprintf("%s fails with %s: the thread has registered %d bytes at %v with signature %#x before",
			said, errno(c.Result), c.Before.Size, c.Before.Area, c.Before.Signature))
		f[0].Value = errno(c.Result)
		return f
	case c.Result < 0:
		f := c.finding("registration-rejected", fmt.Sprintf("%s fails with %s%s", said, errno(c.Result), reason(c, seen)))
		f[0].Value = errno(c.Result)
		return f
	}
	var list []check.Finding
	if c.Length == smallest && !c.Glibc {
		list = append(list, c.finding("legacy-size", said+featureSize(seen))...)
	}
	if a := uint64(c.Area); c.Length > smallest && a%newAlign != 0 {
		list = append(list, c.finding("area-alignment", fmt.Sprintf("%s: the address is a multiple of %d only", said, a&-a))...)
	}
	return list
}

// newAlign is AT_RSEQ_ALIGN since Linux 7.1, bytes.
const newAlign = 64

func featureSize(seen *Seen) string {
	if seen.FeatureSize == 0 {
		return ""
	}
	return fmt.Sprintf("; this kernel has fields for %d bytes (AT_RSEQ_FEATURE_SIZE)", seen.FeatureSize)
}

// reason is why the kernel refuses a first registration, as far as the arguments show it.
func reason(c *Call, seen *Seen) string {
	a := uint64(c.Area)
	switch {
	case c.Flags&unregisters != 0 && !c.Before.Registered():
		return ": the thread has no area to unregister"
	case c.Flags&unregisters != 0:
		return fmt.Sprintf(": the thread has registered %d bytes at %v with signature %#x", c.Before.Size, c.Before.Area, c.Before.Signature)
	case c.Flags != 0:
		return ": the flags are unknown to this kernel"
	case c.Length < smallest:
		return fmt.Sprintf(": the size is below %d", smallest)
	case a%smallest != 0:
		return fmt.Sprintf(": the address is not a multiple of %d", smallest)
	case c.Length > smallest && seen.Align > 0 && a%seen.Align != 0:
		return fmt.Sprintf(": the address is not a multiple of AT_RSEQ_ALIGN, %d", seen.Align)
	case c.Length > smallest && c.Length < seen.FeatureSize:
		return fmt.Sprintf(": the size is neither %d nor at least AT_RSEQ_FEATURE_SIZE, %d", smallest, seen.FeatureSize)
	}
	return ""
}

// judgeRegistration judges a thread's signature.
func judgeRegistration(g *Registration, seen *Seen) []check.Finding {
	if g.Over {
		return nil
	}
	var list []check.Finding
	for n := range seen.Signatures {
		s := &seen.Signatures[n]
		if s.Value == g.Config.Signature {
			continue
		}
		f := check.Finding{Rule: "signature-differs", Threads: []int{g.TID}, Section: &s.First,
			Detail: fmt.Sprintf("the thread has registered the signature %#x; sections of %s have %#x", g.Config.Signature, s.Module, s.Value)}
		if g.By != nil {
			f.Where, f.Stack = g.By.Where, g.By.Stack
		}
		list = append(list, f)
	}
	return list
}

// judgeOverwritten judges an area that has changed. Where a store explains it, that is the finding.
func judgeOverwritten(o *Overwritten, seen *Seen) []check.Finding {
	if slices.ContainsFunc(seen.Stores, func(s *Store) bool { return s.Owner == o.TID }) {
		return nil
	}
	return []check.Finding{{
		Rule: "kernel-field-written", Threads: []int{o.TID}, Where: check.Place{Text: fmt.Sprintf("the area of thread %d at %v", o.TID, o.Area)},
		Detail: fmt.Sprintf("cpu_id_start contains %#x and cpu_id %#x, though the kernel writes the same to both. The thread itself has stored neither: "+
			"another thread has, or a system call. The area: %s", o.Start, o.CPU, size(uint64(o.Size))),
	}}
}

// judgeUndeclared judges a descriptor that no file declares.
func judgeUndeclared(u *Undeclared) []check.Finding {
	rule, detail := "descriptor-undeclared", fmt.Sprintf("rseq_cs gets %v, an address %s", u.Descriptor, u.Lies)
	if !u.Stored {
		detail = fmt.Sprintf("rseq_cs contains %v, an address %s (here the thread has stopped; the store was not seen)", u.Descriptor, u.Lies)
	}
	switch {
	case len(u.Failed) > 0:
		rule, detail = "descriptor-invalid", fmt.Sprintf("%s: %s", detail, strings.Join(u.Failed, "; "))
	default:
		detail += "; the kernel accepts it"
	}
	if u.OnStack {
		rule = "descriptor-on-stack"
	}
	f := u.finding(rule, detail)
	if u.Section.Start != 0 {
		f[0].Section = &u.Section
	}
	return f
}

func judgeSlice(s *Slice) []check.Finding {
	if s.Enabled {
		return s.finding("slice-not-yielded", "ends the request for a time slice extension here, and does not look at slice_ctrl.granted afterwards")
	}
	return s.finding("slice-not-enabled", "sets slice_ctrl.request, and the extension is not enabled for the thread: the flags of its area say so")
}

func judgeStore(s *Store) []check.Finding {
	whose := "an area of the program's own"
	if s.Glibc {
		whose = "the area that glibc has registered"
	}
	if s.Owner != 0 {
		whose = fmt.Sprintf("%s for another thread, %d", whose, s.Owner)
	}
	f := s.finding("kernel-field-written", fmt.Sprintf("writes %s of %s: %s", strings.Join(s.Fields, " and "), whose, size(uint64(s.Size))))
	f[0].Value = fmt.Sprintf("%#x", s.Value)
	return f
}

func judgeArming(a *Arming) []check.Finding {
	switch {
	case a.Right() || a.CPU < 0:
		return nil
	}
	rule, why := "armed-unregistered", "the thread has registered no area"
	if a.Config.Registered() {
		rule, why = "armed-elsewhere", fmt.Sprintf("the thread has registered the area at %v", a.Config.Area)
	}
	f := a.finding(rule, fmt.Sprintf("stores the descriptor %v to the area at %v; %s", a.Descriptor, a.Stored-rseqCS, why))
	f[0].Section = &a.Section
	return f
}
