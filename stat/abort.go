package stat

import "rseqstep/stat/perf"

// Abort is one passage of the tracepoint rseq:rseq_ip_fixup.
type Abort struct {
	At     uint64 // process address of the instruction that the thread was about to execute
	Start  uint64 // of the armed descriptor: process address
	Length uint64 // its post_commit_offset, bytes
	Abort  uint64 // process address of the abort handler
}

// Fields are the tracepoint's fields that AbortOf reads.
func Fields() []string { return []string{"regs_ip", "start_ip", "post_commit_offset", "abort_ip"} }

// AbortOf decodes the data of a tracepoint's record. ok is false if a field is missing.
func AbortOf(f perf.Format, raw []byte) (a Abort, ok bool) {
	ok = true
	get := func(name string) uint64 {
		v, found := f.Get(raw, name)
		ok = ok && found
		return v
	}
	a = Abort{At: get("regs_ip"), Start: get("start_ip"), Length: get("post_commit_offset"), Abort: get("abort_ip")}
	return a, ok
}
