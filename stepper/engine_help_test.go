package stepper_test

import (
	"debug/elf"
	"testing"

	"rseqstep/stepper"
	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
	"rseqstep/stepper/steptest"
	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// The scripted program, process addresses: a section with six exits in a function of its own,
// and a system call.
const (
	lea    = table.Addr(0x401000)
	arm    = table.Addr(0x401007)
	begin  = table.Addr(0x40100c)
	commit = table.Addr(0x401021) // post-commit
	sideA  = table.Addr(0x401030)
	sideD  = table.Addr(0x401036)
	abort  = table.Addr(0x401047)
	call   = table.Addr(0x401060) // a syscall instruction
	called = table.Addr(0x401062)
	cs     = table.Addr(0x402000) // the descriptor
	area   = table.Addr(0x500000) // thread 1's; thread 2 has none
	data   = table.Addr(0x501000)
)

// scripted makes an Engine on a scripted Target whose first thread stands at pc.
func scripted(t *testing.T, pc table.Addr, more ...*steptest.Thread) (*stepper.Engine, *steptest.Target) {
	t.Helper()
	first := &steptest.Thread{TID: 1, Rseq: tracee.RseqConfig{Area: area, Size: 32, Signature: 0x53053053}}
	first.Regs = amd64.Regs(machine.Words{amd64.RIP: uint64(pc), amd64.FSBase: uint64(area) - 0x1000, amd64.RCX: 0x1000, amd64.RAX: uint64(cs), amd64.RSP: 0x7000, amd64.EFLAGS: 0x202})
	target := steptest.New(t, append([]*steptest.Thread{first}, more...)...)
	target.Forbidden = []stepper.Range{{Low: begin, High: commit}, {Low: abort - 4, High: abort}}
	target.Code(lea, 0x48, 0x8d, 0x05, 0xf9, 0x0f, 0x00, 0x00) // lea cs(%rip),%rax
	target.Code(arm, 0x64, 0x48, 0x89, 0x41, 0x08)             // mov %rax,%fs:8(%rcx)
	target.Code(begin, 0x64, 0x39, 0x51, 0x04)                 // cmp %edx,%fs:4(%rcx)
	target.Code(0x401010, 0x74, 0x1e, 0x77, 0x1e, 0x72, 0x1e, 0x79, 0x1e)
	target.Code(0x401018, 0x4c, 0x8b, 0x07, 0x49, 0x01, 0xf0, 0x4c, 0x89, 0x07) // mov (%rdi),%r8; add %rsi,%r8; mov %r8,(%rdi)
	target.Code(commit, 0x31, 0xc0, 0xc3)
	target.Code(sideA, 0x90, 0xc3, 0x90, 0xc3, 0x90, 0xc3, 0x90, 0xc3)
	target.Code(abort-7, 0x0f, 0xb9, 0x3d, 0x53, 0x30, 0x05, 0x53, 0x48, 0xc7, 0xc0, 0xff, 0xff, 0xff, 0xff, 0xc3)
	target.Code(call, 0x0f, 0x05, 0x90, 0x90, 0xc3)
	target.Code(area, make([]byte, 32)...)
	target.Code(area+4, 1) // cpu_id
	target.Code(data, make([]byte, 64)...)
	module := &table.Module{Path: "scripted", Low: 0x400000, High: 0x403000, File: &table.File{
		Machine: elf.EM_X86_64,
		Sections: []table.Section{{
			At: table.FileAddr(cs), Start: table.FileAddr(begin), End: table.FileAddr(commit), Abort: table.FileAddr(abort), Symbol: "add",
		}},
	}}
	names := &steptest.Symbols{
		Functions: []stepper.Function{{Name: "add", Entry: lea, Ranges: []stepper.Range{{Low: lea, High: call}}}},
		Names:     map[string]table.Addr{"add": lea, "done": called},
	}
	e, err := stepper.New(target, names, func() ([]*table.Module, error) { return []*table.Module{module}, nil }, stepper.DefaultPolicy())
	if err != nil {
		t.Fatal(err)
	}
	return e, target
}

// clean fails the test if the Engine has left a trap behind.
func clean(t *testing.T, target *steptest.Target, breakpoints int) {
	t.Helper()
	if got := target.Planted(); len(got) != breakpoints {
		t.Errorf("planted are %v, want %d", got, breakpoints)
	}
	for _, tid := range target.Threads() {
		if th := target.Thread(tid); th.Traps() != 0 || th.Mask != 0 {
			t.Errorf("thread %d keeps debug registers %+v and blocks %#x", tid, th.Debug, th.Mask)
		}
	}
}

// one fails the test unless a Stop has one unit with that result.
func one(t *testing.T, stop stepper.Stop, reason stepper.Reason, result stepper.Result) {
	t.Helper()
	if stop.Reason != reason || len(stop.Units) != 1 || stop.Units[0].Result != result || stop.Units[0].Passes != 1 {
		t.Errorf("want reason %d and one unit of result %d, got %+v", reason, result, stop)
	}
}
