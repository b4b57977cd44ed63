package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// Every write of a watched word is a stop, with two threads that write at the same time,
// and even if it changes nothing: the client interprets it.
func TestEachWriteOfAWatchedWordIsAStop(t *testing.T) {
	const threads, rounds = 2, 100
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "hits.c", Opt: "-O1", Flags: []string{"-pthread"}, Shape: tabletest.NoPIE})
	watched := symbolIn(t, program, "watched")
	for range tabletest.Rounds(t, 1, 20) {
		w, _, _ := serve(t, bin, "SOCKET", program, fmt.Sprint(threads), fmt.Sprint(rounds))
		w.ask("qSupported:multiprocess+;swbreak+;hwbreak+;vContSupported+")
		if got := w.ask(fmt.Sprintf("Z2,%x,8", watched)); got != "OK" {
			t.Fatalf("Z2 is answered %q", got)
		}
		stops := 0
		reply := w.ask("vCont;c")
		for ; strings.HasPrefix(reply, "T05"); reply = w.ask("vCont;c") {
			if !strings.Contains(reply, fmt.Sprintf("watch:%x;", watched)) {
				t.Fatalf("a stop for something else: %q", reply)
			}
			stops++
		}
		if stops != threads*rounds || !strings.HasPrefix(reply, "W00") {
			t.Errorf("%d stops, not %d, and then %q", stops, threads*rounds, reply)
		}
	}
}

// gdb counts every access and every hit, as on stock gdbserver.
func TestGDBCountsHitsOfThreadsAsOnStockGDBServer(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "hits.c", Opt: "-O1", Flags: []string{"-pthread"}})
	for what, script := range map[string]string{
		"awatch": "break main\ncontinue\ndelete\nawatch watched\nignore 2 100000\ncontinue\ninfo breakpoints\n",
		"break":  "break hit\nignore 1 100000\ncontinue\ninfo breakpoints\n",
	} {
		t.Run(what, func(t *testing.T) {
			besideStock(t, bin, program, "3 50", "CONNECTset print thread-events off\n"+script)
		})
	}
}

// Memory that cannot be read yet can be watched, and its appearance counts as a change.
func TestGDBWatchesMemoryThatCannotBeReadYet(t *testing.T) {
	bin, program := rseqstep(t), tabletest.Build(t, tabletest.Fixture{Source: "later.c"})
	for what, script := range map[string]string{
		"through a null pointer":   "watch *p\n",
		"where nothing is mapped":  "watch *(long *)0x10000000\n",
		"access to it":             "awatch *(long *)0x10000000\n",
		"and a breakpoint besides": "watch *(long *)0x10000000\nbreak 24\n",
	} {
		t.Run(what, func(t *testing.T) {
			besideStock(t, bin, program, "", "CONNECTbreak main\ncontinue\n"+script+"continue\ncontinue\ncontinue\n")
		})
	}
}
