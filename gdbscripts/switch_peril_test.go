package gdbscripts

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// A process that has stopped for a fault is handed over as it stands: the fault
// comes again when it goes on. Delivered on the way it would kill the program
// that one is about to look at.
func TestAProcessIsHandedOverWhereItCrashed(t *testing.T) {
	bin := server(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "crash.c"})
	out := gdb(t, switching(bin)+"run\nset $at = $pc\nrseq on\np $pc == $at\nbt\nrseq off\np $pc == $at\ncontinue\np $pc == $at\nkill\n", program)
	wantInOrder(t, out, "SIGSEGV", "rseq is on", "$1 = 1", "in main", "rseq is off", "$2 = 1")
	if strings.Contains(out, "has ended") {
		t.Errorf("the change of hands has killed it:\n%s", out)
	}
}

// A function that gdb calls returns to a place where only gdb's breakpoint is,
// which gdb forgets with the process.
func TestNoProcessChangesHandsWithinACallOfTheUsers(t *testing.T) {
	const script = `next
python
def tried(command):
    try:
        gdb.execute(command)
    except gdb.error as e:
        print(e)
tried("call (int) raise(10)")
tried("rseq off" if "rseq is on" in gdb.execute("show rseq", to_string=True) else "rseq on")
end
bt
`
	inBothWays(t, tabletest.Fixture{Source: "sig.c"}, "main", script, func(t *testing.T, out string) {
		wantInOrder(t, out, "signaled while in a function called from GDB", "has not returned", "<function called from gdb>")
	})
}
