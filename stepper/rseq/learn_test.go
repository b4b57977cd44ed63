package rseq_test

import (
	"testing"

	"rseqstep/stepper/rseq"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// Code made at run time, with one section.
const (
	made      = table.Addr(0x700000)
	madeStart = table.Addr(0x700010)
	madeAbort = table.Addr(0x700084)
	madeDesc  = table.Addr(0x700100)
)

func withMade(t testing.TB) (*rseq.Sections, *memory) {
	s, m, _ := program(t)
	for a := made; a < made+0x200; a++ {
		m.put(a, 0x90)
	}
	m.code(t, made, "48 8d 05 f9 00 00 00 64 48 89 04 25 08 00 00 00") // lea madeDesc(%rip),%rax; mov %rax,%fs:8
	m.code(t, madeStart, "48 89 07 c3")                                // mov %rax,(%rdi); ret
	m.descriptor(madeDesc, madeStart, 3, madeAbort)
	return s, m
}

// TestASectionIsLearntOnce: the caller must withdraw breakpoints inside it at the first pass
// only.
func TestASectionIsLearntOnce(t *testing.T) {
	s, m := withMade(t)
	if refusal(s.Guard(madeStart)) != nothing {
		t.Fatal("it is known before it was armed")
	}
	p, learnt := s.Learn(madeDesc)
	if p == nil || !learnt || p.Start != madeStart || p.End != madeStart+3 || p.Abort != madeAbort || p.Module != nil {
		t.Fatalf("%+v, %v", p, learnt)
	}
	if refusal(s.Guard(madeStart)) != inside || s.Image().At(madeStart) != p {
		t.Error("it is not known now")
	}
	if again, learnt := s.Learn(madeDesc); again != p || learnt {
		t.Errorf("the same again: %+v, %v", again, learnt)
	}
	if trap, ok, err := s.Arming(p); trap != made+7 || !ok || err != nil {
		t.Errorf("its arming store: %v, %v, %v", trap, ok, err)
	}
	if trap, err := s.InsideTrap(madeStart); trap != made+7 || err != nil {
		t.Errorf("a breakpoint inside is met at %v, %v", trap, err)
	}

	// The program uses the descriptor for other code.
	m.descriptor(madeDesc, madeStart+0x20, 3, madeAbort)
	q, learnt := s.Learn(madeDesc)
	if q == nil || q == p || !learnt || refusal(s.Guard(madeStart)) != nothing || refusal(s.Guard(madeStart+0x20)) != inside {
		t.Errorf("used anew: %+v, %v", q, learnt)
	}

	// A section that a file declares is not new.
	if p, learnt := s.Learn(desc); p == nil || p.Start != start || learnt {
		t.Errorf("declared: %+v, %v", p, learnt)
	}
	s.Forget()
	if len(s.Image().Sections()) != 0 || refusal(s.Guard(madeStart+0x20)) != nothing {
		t.Error("known after the program is gone")
	}
}

// TestBodiesOfLearntSectionsAreReadAnew: Body decodes them on each call.
func TestBodiesOfLearntSectionsAreReadAnew(t *testing.T) {
	s, m := withMade(t)
	p, _ := s.Learn(madeDesc)
	if b, err := s.Body(p); err != nil || b.Final != madeStart {
		t.Fatalf("%+v, %v", b, err)
	}
	m.code(t, madeStart, "90 90 90")
	if b, err := s.Body(p); err != nil || b.Final != 0 {
		t.Errorf("%+v, %v", b, err)
	}
}

// TestArmingStores: they write any part of rseq_cs, with a value other than 0.
func TestArmingStores(t *testing.T) {
	const thread = 0x7000_0000
	registered := tracee.RseqConfig{Area: thread, Size: 32}
	for _, c := range []struct {
		name   string
		code   string
		value  uint64 // RAX
		config tracee.RseqConfig
		want   bool
	}{
		{"a store of a descriptor", "64 48 89 04 25 08 00 00 00", uint64(desc), registered, true},
		{"of nothing", "64 48 89 04 25 08 00 00 00", 0, registered, false},
		{"of what cannot be computed", "64 0f 11 04 25 08 00 00 00", 0, registered, true}, // movups %xmm0,%fs:8
		{"of half the field", "64 89 04 25 08 00 00 00", uint64(desc), registered, true},  // mov %eax,%fs:8
		{"elsewhere in the area", "64 48 89 04 25 10 00 00 00", uint64(desc), registered, false},
		{"no store", "64 48 8b 04 25 08 00 00 00", uint64(desc), registered, false}, // mov %fs:8,%rax
		{"in a thread without an area", "64 48 89 04 25 08 00 00 00", uint64(desc), tracee.RseqConfig{}, false},
	} {
		s, m, _ := program(t)
		m.code(t, arm, c.code)
		insn, err := s.Decode(arm)
		if err != nil {
			t.Fatal(err)
		}
		r := regs(arm, c.value, thread, 0)
		if got := rseq.Arms(insn, &r, c.config); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// TestWhatAnInstructionArms: the value stored in rseq_cs decides, not the position of the store.
func TestWhatAnInstructionArms(t *testing.T) {
	const thread = 0x7000_0000
	store, whole := "64 48 89 04 25 08 00 00 00", "64 0f 11 04 25 08 00 00 00" // mov %rax,%fs:8; movups %xmm0,%fs:8
	for _, c := range []struct {
		name   string
		code   string
		at     table.Addr
		value  table.Addr // RAX
		want   table.Addr // start of the section; 0: none
		learnt bool
	}{
		{"a declared section", store, arm, desc, start, false},
		{"another one than follows", store, arm, selfDesc, selfArming, false},
		{"nothing", store, arm, 0, 0, false},
		{"what is no descriptor", store, arm, 0x99999000, 0, false},
		{"code made at run time", store, arm, madeDesc, madeStart, true},
		{"a value that is not known", whole, arm, 0, start, false},
		{"such a value, with no section behind", whole, side, 0, 0, false},
	} {
		s, m := withMade(t)
		m.code(t, c.at, c.code)
		m.put(thread, make([]byte, 64)...)
		insn, err := s.Decode(c.at)
		if err != nil {
			t.Fatal(err)
		}
		r := regs(c.at, uint64(c.value), thread, 0)
		p, learnt := s.Armed(insn, &r, thread+8)
		if (p == nil) != (c.want == 0) || p != nil && p.Start != c.want || learnt != c.learnt {
			t.Errorf("%s: %+v, %v", c.name, p, learnt)
		}
	}
}

// TestHostileDescriptors: a program may arm any address. A descriptor that the kernel does not
// accept is no section; the readable memory limits one that it accepts. The layout of the
// surrounding code does not change.
func TestHostileDescriptors(t *testing.T) {
	for _, c := range []struct {
		name    string
		version uint32
		start   table.Addr
		length  uint64
		abort   table.Addr
		section bool // the kernel accepts it
		body    bool // it can be decoded
	}{
		{"one that is fine", 0, madeStart, 3, madeAbort, true, true},
		{"an empty one", 0, madeStart, 0, madeAbort, true, false},
		{"an end before the start", 0, madeStart, ^uint64(0), madeAbort, false, false},
		{"an end that wraps to 0", 0, madeStart, ^uint64(madeStart) + 1, madeAbort, false, false},
		{"an abort handler inside", 0, madeStart, 0x80, madeStart + 0x40, false, false},
		{"an abort handler at the start", 0, madeStart, 3, madeStart, false, false},
		{"a version to come", 1, madeStart, 3, madeAbort, false, false},
		{"a terabyte", 0, madeStart, 1 << 40, 0x10000, true, false},
		{"more than is mapped", 0, madeStart, 0x1000, 0x10000, true, false},
		{"nothing mapped", 0, 0x900000, 16, madeAbort, true, false},
		{"the first page", 0, 0, 16, madeAbort, true, false},
	} {
		s, m := withMade(t)
		m.descriptor(madeDesc, c.start, c.length, c.abort)
		m.put(madeDesc, byte(c.version))
		p, _ := s.Learn(madeDesc)
		if (p != nil) != c.section {
			t.Errorf("%s: %+v", c.name, p)
		}
		for at, want := range map[table.Addr]string{lea: nothing, start: inside, end: nothing, abort - 1: signature, 0x7f0000000000: nothing} {
			if got := refusal(s.Guard(at)); got != want {
				t.Errorf("%s: a breakpoint at %v is refused by %s, not %s", c.name, at, got, want)
			}
		}
		if p == nil {
			continue
		}
		if b, err := s.Body(p); (err == nil) != c.body {
			t.Errorf("%s: its body is %+v, %v", c.name, b, err)
		}
		_, _, _ = s.Arming(p)
		s.ExitsKnown(p.Start)
		s.Places(p.Start)
		s.Handler(p)
	}
	s, _ := withMade(t)
	if p, learnt := s.Learn(0x99999000); p != nil || learnt {
		t.Errorf("a descriptor that cannot be read: %+v, %v", p, learnt)
	}
}
