package remote

import (
	"debug/elf"
	"fmt"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/ptrace"
	"rseqstep/table"
	"rseqstep/table/tabletest"
)

// inlinedSequence is the exclusive sequence in line of the program, which is built without PIE.
func inlinedSequence(t *testing.T, program string) machine.Sequence {
	t.Helper()
	tabletest.OnlyOn(t, "arm64", "exclusive sequences")
	file, err := elf.Open(program)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	text := file.Section(".text")
	read := func(a table.Addr, p []byte) (int, error) { return text.ReadAt(p, int64(uint64(a)-text.Addr)) }
	low := table.Addr(symbolIn(t, program, "inlined"))
	for a := low; a < low+64; a += 4 {
		if q, ok := machine.FindSequence(ptrace.Arch(), a, read); ok {
			return q
		}
	}
	t.Fatal("there is no exclusive sequence in the function")
	return machine.Sequence{}
}

// gdb stops before an exclusive sequence for its breakpoint inside, is told why, and the store succeeds. It
// would ignore a breakpoint that it does not have at the thread's PC.
func TestGDBStopsBeforeAnExclusiveSequence(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "atomics.c", Opt: "-O2", Shape: tabletest.NoPIE})
	q := inlinedSequence(t, program)
	for _, command := range []string{"break", "hbreak"} {
		out := gdb(t, bin, program, "", fmt.Sprintf("CONNECT\n%s *%#x\n", command, uint64(q.Inside[1]))+
			"continue\np/x $pc\nstepi\np/x $pc\ncontinue\np/x $pc\ncontinue\n")
		at, behind := fmt.Sprintf("= %#x\n", uint64(q.Load)), fmt.Sprintf("= %#x\n", uint64(q.Inside[1]+4))
		wantInOrder(t, out, "lies inside an exclusive sequence", "SIGTRAP", at, behind, "SIGTRAP", at, "word 101 swapped 1 0", "exited normally")
	}
}
