package remote

import (
	"testing"

	"rseqstep/table/tabletest"
)

func TestAContinueOfGDBsSaysWhatGoesRoundAndHelpsWhenToldTo(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "wrongloop.c", Opt: "-O2"})
	out := gdb(t, bin, program, "", "CONNECT\nmonitor rseq stuck x\nmonitor rseq stuck-time -1\nmonitor rseq stuck off\nmonitor rseq stuck inject\nmonitor rseq stuck-time 1\ncontinue\n")
	wantInOrder(t, out, "\"report\", \"inject\" or \"off\" expected", "not a number of seconds", "10s of a continue without committing, nothing is done",
		"10s of a continue", "a cpu_opv vector does the section's work", "for 1s of a continue",
		"repeats the critical section count", "by cpu_opv injection (rung 2)", "exited normally")
}
