package amd64

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Sections of our own, assembled with GNU as at 0x1000; rdx is the rseq area.
const (
	// popBatch takes r9 objects of a per-CPU stack: it branches to End if there
	// is no slab (jae) or the stack is empty (jbe).
	popBatch = "\x48\x8b\x4a\xfc" + // 1000 mov -4(%rdx),%rcx
		"\x31\xc0" + // 1004 xor %eax,%eax
		"\x48\x0f\xba\xf1\x3f" + // 1006 btr $63,%rcx
		"\x73\x1f" + // 100b jae End
		"\x0f\xb7\x31" + // 100d movzwl (%rcx),%esi
		"\x66\x3b\x71\x02" + // 1010 cmp 2(%rcx),%si
		"\x76\x16" + // 1014 jbe End
		"\x48\xff\xce" + // 1016 dec %rsi
		"\x4c\x8b\x04\xf1" + // 1019 mov (%rcx,%rsi,8),%r8
		"\x4c\x89\x04\xc7" + // 101d mov %r8,(%rdi,%rax,8)
		"\x48\xff\xc0" + // 1021 inc %rax
		"\x49\x39\xc1" + // 1024 cmp %rax,%r9
		"\x75\xed" + // 1027 jne 1016
		"\x66\x89\x31" // 1029 mov %si,(%rcx)
	// setIf stores if there is a slab, and branches to End if not.
	setIf = "\x31\xdb" + // 1000 xor %ebx,%ebx
		"\x48\x0f\xba\x62\xfc\x3f" + // 1002 btq $63,-4(%rdx)
		"\x73\x08" + // 1008 jae End
		"\xbb\x01\x00\x00\x00" + // 100a mov $1,%ebx
		"\x48\x89\x37" // 100f mov %rsi,(%rdi)
	// compareStore leaves by two side exits.
	compareStore = "\x39\x42\x04" + // 1000 cmp %eax,4(%rdx)
		"\x0f\x85\xf7\x00\x00\x00" + // 1003 jne 1100
		"\x48\x3b\x37" + // 1009 cmp (%rdi),%rsi
		"\x0f\x85\xfe\x00\x00\x00" + // 100c jne 1110
		"\xeb\x00" + // 1012 jmp 1014
		"\x48\x89\x0f" // 1014 mov %rcx,(%rdi)
	// storeOrNot jumps over its only store, but not to End.
	storeOrNot = "\x48\x85\xc0" + // 1000 test %rax,%rax
		"\x74\x03" + // 1003 je 1008
		"\x48\x89\x0f" + // 1005 mov %rcx,(%rdi)
		"\x90" // 1008 nop
	// outside calls, enters the kernel and jumps to an unknown target.
	outside = "\xe8\xfb\x00\x00\x00" + // 1000 call 1100
		"\x0f\x05" + // 1005 syscall
		"\xff\xe0" + // 1007 jmp *%rax
		"\x48\x89\x0f" // 1009 mov %rcx,(%rdi)
)

func section(code string, exits ...table.Addr) *table.Placed {
	return &table.Placed{Start: 0x1000, End: 0x1000 + table.Addr(len(code)), Abort: 0x2000, Descriptor: 0x5607, Exits: exits}
}

func body(t testing.TB, code string, exits ...table.Addr) machine.Body {
	t.Helper()
	b, err := machine.DecodeBody(Arch(), section(code, exits...), []byte(code))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBodyMergesDeclaredAndDecodedExits(t *testing.T) {
	for _, c := range []struct {
		name, code string
		declared   []table.Addr
		want       string
	}{
		{"compareStore", compareStore, nil, "[{0x1017 post-commit [] []} {0x1100 side exit [0x1003] []} {0x1110 side exit [0x100c] []} {0x2000 abort [] []}]"},
		{"compareStore, declared", compareStore, []table.Addr{0x1100, 0x3000, 0x2000},
			"[{0x1017 post-commit [] []} {0x1100 declared exit, side exit [0x1003] []} {0x1110 side exit [0x100c] []} {0x2000 abort, declared exit [] []} {0x3000 declared exit [] []}]"},
		{"popBatch", popBatch, nil, "[{0x102c post-commit, side exit [0x100b 0x1014] []} {0x2000 abort [] []}]"},
	} {
		if got := fmt.Sprint(body(t, c.code, c.declared...).Exits); got != c.want {
			t.Errorf("%s:\n%s, not\n%s", c.name, got, c.want)
		}
	}
}

func TestBodyFindsFinalStoreAndWaysPastIt(t *testing.T) {
	for _, c := range []struct {
		name, code string
		final      table.Addr
		toEnd      []table.Addr
		sure       bool
	}{
		{"popBatch", popBatch, 0x1029, []table.Addr{0x100b, 0x1014}, false},
		{"setIf", setIf, 0x100f, []table.Addr{0x1008}, false},
		{"compareStore", compareStore, 0x1014, nil, true},
		{"storeOrNot", storeOrNot, 0x1005, nil, false},
		{"outside", outside, 0, nil, false}, // no known control flow leads past its indirect jump
		{"no store", "\x90\x90", 0, nil, true},
		{"a loop that never ends", "\x48\x89\x0f\xeb\xfb", 0x1000, nil, true},
	} {
		b := body(t, c.code)
		if b.Final != c.final || !slices.Equal(b.ToEnd, c.toEnd) || b.Sure != c.sure {
			t.Errorf("%s: final store %v, branches to End %v, sure %v", c.name, b.Final, b.ToEnd, b.Sure)
		}
	}
	b := body(t, outside)
	if fmt.Sprint(b.Calls, b.Syscalls, b.Indirect) != "[0x1000] [0x1005] [0x1007]" {
		t.Errorf("calls %v, system calls %v, indirect branches %v", b.Calls, b.Syscalls, b.Indirect)
	}
	if b.Insn(0x1005) == nil || b.Insn(0x1006) != nil || b.Insn(0x100c) != nil {
		t.Error("instructions are found where none begins, or not where one does")
	}
}

func TestOutcomeTellsCommitFromFailure(t *testing.T) {
	const cf, zf = 1, 1 << 6
	before := Regs(machine.Words{RAX: 5, RCX: 6, RSI: 7, R8: 8, R9: 1, RBX: 1})
	change := func(f func(*machine.Regs)) *machine.Regs {
		after := before
		f(&after)
		return &after
	}
	for _, c := range []struct {
		name, code string
		before     *machine.Regs
		after      *machine.Regs
		want       machine.Outcome
	}{
		{"nothing but the store leads to End", compareStore, nil, regs(machine.Words{}), machine.OutcomeCommitted},
		{"the store may be jumped over", storeOrNot, &before, change(func(r *machine.Regs) { r.W[RAX] = 1 }), machine.OutcomeUnknown},
		{"indirect", outside, &before, &before, machine.OutcomeUnknown},
		{"setIf: carry says no slab", setIf, nil, regs(machine.Words{}), machine.OutcomeFailed},
		{"setIf: carry says slab", setIf, nil, regs(machine.Words{EFLAGS: cf}), machine.OutcomeCommitted},
		{"popBatch: no slab", popBatch, &before, change(func(r *machine.Regs) { r.W[RAX], r.W[RCX], r.W[EFLAGS] = 0, 99, zf }), machine.OutcomeUnknown},
		{"popBatch: empty", popBatch, &before, change(func(r *machine.Regs) { r.W[RAX], r.W[RCX], r.W[RSI], r.W[EFLAGS] = 0, 99, 3, zf }), machine.OutcomeUnknown},
		{"popBatch: batch taken", popBatch, &before, change(func(r *machine.Regs) { r.W[RAX], r.W[RCX], r.W[RSI], r.W[R8], r.W[EFLAGS] = 1, 99, 3, 44, zf }), machine.OutcomeCommitted},
		{"popBatch: batch taken, registers before unknown", popBatch, nil, regs(machine.Words{R8: 44, EFLAGS: zf}), machine.OutcomeUnknown},
		{"popBatch: flags of neither failure", popBatch, nil, regs(machine.Words{EFLAGS: cf}), machine.OutcomeUnknown},
	} {
		b := body(t, c.code)
		if got := b.Outcome(c.before, c.after); got != c.want {
			t.Errorf("%s: %v, not %v", c.name, got, c.want)
		}
	}
}

func TestDecodeBodyRefusesWhatIsNoSection(t *testing.T) {
	for name, c := range map[string]struct {
		p    table.Placed
		code string
		want error
	}{
		"empty":        {table.Placed{Start: 8, End: 8}, "\x90", machine.ErrEmpty},
		"backwards":    {table.Placed{Start: 8, End: 4}, "\x90", machine.ErrEmpty},
		"code missing": {table.Placed{Start: 8, End: 16}, "\x90\x90", machine.ErrTruncated},
	} {
		if b, err := machine.DecodeBody(Arch(), &c.p, []byte(c.code)); !errors.Is(err, c.want) || b.Insns != nil || b.Exits != nil {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
}

func TestStopsMoveExitsOutOfOtherSections(t *testing.T) {
	first := body(t, compareStore) // exits 1017, 1100, 1110, 2000
	at := func(start table.Addr, exits ...machine.Exit) *machine.Body {
		return &machine.Body{Start: start, End: start + 0x10, Exits: exits}
	}
	// 1100 is in a section with exits to 110a (inside itself), 1200 and 1300;
	// the latter is in a third, which has exits into the first and the second.
	second := at(0x10fc, machine.Exit{Addr: 0x110c}, machine.Exit{Addr: 0x1200}, machine.Exit{Addr: 0x1300}, machine.Exit{Addr: 0x10fd}, machine.Exit{Addr: 0x2000})
	third := at(0x12f8, machine.Exit{Addr: 0x1003}, machine.Exit{Addr: 0x10ff}, machine.Exit{Addr: 0x1400})
	within := func(pc table.Addr) *machine.Body {
		for _, b := range []*machine.Body{&first, second, third} {
			if b.Contains(pc) {
				return b
			}
		}
		return nil
	}
	got := fmt.Sprint(first.Stops(within))
	want := "[{0x1017 post-commit [] []} {0x110c exit of the next section [] [0x1100]} {0x1110 side exit [0x100c] []}" +
		" {0x1200 exit of the next section [] [0x1100]} {0x1400 exit of the next section [] [0x1100]} {0x2000 abort, exit of the next section [] [0x1100]}]"
	if got != want {
		t.Errorf("\n%s, not\n%s", got, want)
	}
}

// Sections that contain data, instructions that overlap, and an End within one.
func TestBodyFollowsControl(t *testing.T) {
	for _, c := range []struct {
		name, code string // at 0x1000
		end, abort table.Addr
		insns      string
		exits      string
		lost       string
		known      bool
	}{
		{"a table between",
			"\xeb\x04\x06\x06\x06\x06\x48\x89\x0f", 0x1009, 0x2000, "[0x1000 0x1006]", "[0x1009 0x2000]", "[]", true},
		{"a jump over a prefix", // je past the lock of lock incl (%rdi)
			"\x74\x01\xf0\xff\x07", 0x1005, 0x2000, "[0x1000 0x1002 0x1003]", "[0x1005 0x2000]", "[]", true},
		{"a jump into an immediate", // jmp 1003: mov $0x07ff9090,%eax holds nop; nop; incl (%rdi)
			"\xeb\x01\xb8\x90\x90\xff\x07", 0x1007, 0x2000, "[0x1000 0x1003 0x1004 0x1005]", "[0x1007 0x2000]", "[]", true},
		{"an end within an instruction",
			"\x90\x48\x89\x0f", 0x1002, 0x2000, "[0x1000 0x1001]", "[0x1002 0x1004 0x2000]", "[]", true},
		{"no code",
			"\x06\x06", 0x1002, 0x2000, "[]", "[0x1002 0x2000]", "[0x1000]", false},
		{"no code after a branch",
			"\x74\x01\x90\x06", 0x1004, 0x2000, "[0x1000 0x1002]", "[0x1004 0x2000]", "[0x1003 0x1003]", false},
		{"an indirect jump over its table",
			"\xff\xe0\x06\x06\x06\x48\x89\x0f", 0x1008, 0x2000, "[0x1000]", "[0x1008 0x2000]", "[]", false},
		{"its own signature", // jmp 1007; the signature; the abort handler: jmp 1000
			"\xeb\x06\x53\x30\x05\x53\xeb\xf8\x90", 0x1009, 0x1006, "[0x1000 0x1008]", "[0x1006 0x1009]", "[]", true},
	} {
		p := &table.Placed{Start: 0x1000, End: c.end, Abort: c.abort}
		b, err := machine.DecodeBody(Arch(), p, []byte(c.code))
		var insns, exits []table.Addr
		for n := range b.Insns {
			insns = append(insns, b.Insns[n].Addr)
		}
		for _, e := range b.Exits {
			exits = append(exits, e.Addr)
		}
		slices.Sort(b.Lost)
		if err != nil || fmt.Sprint(insns) != c.insns || fmt.Sprint(exits) != c.exits || fmt.Sprint(b.Lost) != c.lost || b.Known() != c.known {
			t.Errorf("%s: instructions %v, exits %v, lost %v, known %v, %v", c.name, insns, exits, b.Lost, b.Known(), err)
		}
	}
}
