package watch

import (
	"strings"
	"testing"

	"rseqstep/check"
	"rseqstep/check/rules"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Each call is judged by its arguments, the kernel's answer, and what the thread had registered.
func TestCallsAreJudgedByArgumentsAndAnswer(t *testing.T) {
	before := tracee.RseqConfig{Area: 0x1000, Size: 32, Signature: 0x53053053}
	call := func(area table.Addr, length, flags uint64, sig uint32, result int64) *Call {
		return &Call{Name: "rseq", Area: area, Length: length, Flags: flags, Sig: sig, Result: result, Event: Event{Count: 1}}
	}
	against := func(c *Call) *Call { c.Before = before; return c }
	glibc := func(c *Call) *Call { c.Glibc = true; return c }
	seen := &Seen{FeatureSize: 33, Align: 64}
	for _, c := range []struct {
		call         *Call
		rule, detail string // "" for no finding
	}{
		{call(0x1000, 64, 0, 0x53053053, 0), "", ""},
		{call(0x1000, 32, 0, 0x53053053, 0), "legacy-size", "33 bytes (AT_RSEQ_FEATURE_SIZE)"},
		{glibc(call(0x1000, 32, 0, 0x53053053, 0)), "", ""},
		{call(0x1020, 64, 0, 0x53053053, 0), "area-alignment", "multiple of 32 only"},
		{call(0x1020, 64, 0, 0x53053053, -22), "registration-rejected", "AT_RSEQ_ALIGN, 64"},
		{call(0x1008, 32, 0, 0x53053053, -22), "registration-rejected", "multiple of 32"},
		{call(0x1000, 24, 0, 0x53053053, -22), "registration-rejected", "below 32"},
		{call(0x1000, 64, 8, 0x53053053, -22), "registration-rejected", "flags are unknown"},
		{call(0x1000, 64, 1, 0x53053053, -22), "registration-rejected", "no area to unregister"},
		{against(call(0x2000, 32, 1, 0x53053053, -22)), "registration-rejected", "has registered 32 bytes at 0x1000"},
		{against(call(0x2000, 32, 0, 0x53053053, -22)), "registration-refused", "EINVAL"},
		{against(call(0x1000, 32, 0, 0x53053053, -16)), "registration-refused", "EBUSY"},
		{against(call(0x1000, 32, 0, 0x12345678, -1)), "registration-refused", "EPERM"},
		{against(call(0x1000, 32, 1, 0x53053053, 0)), "", ""},
		{call(0x1000, 32, 0, 0x53053053, -38), "", ""},
		{&Call{Name: "membarrier", Flags: 1 << 7, Result: -1, Event: Event{Count: 1}}, "membarrier-unregistered", "EPERM"},
		{&Call{Name: "membarrier", Flags: 1 << 7, Event: Event{Count: 1}}, "", ""},
		{&Call{Name: "membarrier", Flags: 1 << 3, Result: -1, Event: Event{Count: 1}}, "", ""},
	} {
		list := judgeCall(c.call, seen)
		switch {
		case c.rule == "" && len(list) == 0:
		case len(list) != 1 || list[0].Rule != c.rule || !strings.Contains(list[0].Detail, c.detail):
			t.Errorf("%+v: %+v, want %s with %q", c.call, list, c.rule, c.detail)
		}
	}
}

// The refusal of a second registration is the kernel's (kernel/rseq.c).
func TestARefusalIsTheKernels(t *testing.T) {
	before := tracee.RseqConfig{Area: 0x1000, Size: 32, Signature: 1}
	for _, c := range []struct {
		area   table.Addr
		length uint64
		sig    uint32
		want   int
	}{{0x1000, 32, 1, errBUSY}, {0x1000, 32, 2, errPERM}, {0x1000, 64, 1, errINVAL}, {0x2000, 32, 1, errINVAL}} {
		if got := refusal(&Call{Before: before, Area: c.area, Length: c.length, Sig: c.sig}); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// The conclusions follow the findings and the registrations of the last program.
func TestConclusionsAreOfTheLastProgram(t *testing.T) {
	reg := func(program int) *Registration { return &Registration{Program: program} }
	glibc := &Call{Name: "rseq", Glibc: true, Length: 33, Program: 1}
	own := &Call{Name: "rseq", Who: "init of /bin/prog", Length: 32, Program: 2}
	refused := &Call{Name: "rseq", Who: "init of /bin/prog", Area: 2, Result: -errINVAL, Program: 1, Before: tracee.RseqConfig{Area: 1}}
	store := &Store{Event: Event{Count: 1}, Fields: []string{"cpu_id_start"}}
	for _, c := range []struct {
		seen  Seen
		wants []string
		not   string
	}{
		{Seen{Calls: []*Call{glibc}, Registrations: []*Registration{reg(1)}}, []string{"glibc registers the threads' areas: 33 bytes, optimized", "nothing else registers", "Nothing was seen"}, "kill it:"},
		{Seen{Calls: []*Call{glibc, own}, Registrations: []*Registration{reg(1), reg(2)}}, []string{"init of /bin/prog registers areas of its own: 32 bytes, legacy", "glibc registers nothing"}, "optimized"},
		{Seen{Calls: []*Call{glibc, refused}, Registrations: []*Registration{reg(1)}}, []string{"do not get on", "refused with EINVAL", "glibc.pthread.rseq=0"}, "nothing else"},
		{Seen{Stores: []*Store{store}}, []string{"the kernel would kill it: the program writes a field"}, "Nothing was seen"},
		{Seen{Ended: true, Status: tracee.ExitStatus{Signaled: true, Signal: 11}}, []string{"killed by signal 11"}, "exited"},
		{Seen{Alive: 3, Unregistered: 1, Children: 2}, []string{"1 of the 3 threads", "2 processes, which ran unwatched"}, "exited"},
	} {
		r := check.NewReport("test", "prog", rules.All())
		Judge(&c.seen, r)
		text := strings.Join(r.Says, "\n")
		for _, want := range c.wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in:\n%s", want, text)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%q in:\n%s", c.not, text)
		}
	}
}
