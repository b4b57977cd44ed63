package signals

import "fmt"

// Disposition is what the debugger does about a signal (gdb's `handle`).
type Disposition struct {
	Stop  bool // stop the program and show the signal
	Print bool // print it
	Pass  bool // deliver it to the program
}

// Table is the `handle` table.
type Table struct {
	of [65]Disposition
}

// NewTable has gdb's defaults: every signal stops and passes, except that SIGINT and
// SIGTRAP belong to the debugger, and the signals of a program's normal operation pass silently
// (gdb, "Signals").
func NewTable() *Table {
	t := &Table{}
	for i := range t.of {
		t.of[i] = Disposition{Stop: true, Print: true, Pass: true}
	}
	for _, quiet := range []int{14, 17, 23, 26, 27, 28, 29, 32, 33} {
		// SIGALRM SIGCHLD SIGURG SIGVTALRM SIGPROF SIGWINCH SIGIO, and glibc's SIGCANCEL and SIGSETXID
		t.of[quiet] = Disposition{Pass: true}
	}
	for _, own := range []int{2, 5} { // SIGINT SIGTRAP
		t.of[own] = Disposition{Stop: true, Print: true}
	}
	return t
}

// Of is the disposition of a signal.
func (t *Table) Of(sig int) Disposition {
	if sig < 1 || sig >= len(t.of) {
		return Disposition{Stop: true, Print: true, Pass: true}
	}
	return t.of[sig]
}

// Set changes a signal's disposition. Stop implies Print, as in gdb.
func (t *Table) Set(sig int, d Disposition) error {
	if sig < 1 || sig >= len(t.of) {
		return fmt.Errorf("no signal %d", sig)
	}
	if d.Stop {
		d.Print = true
	}
	t.of[sig] = d
	return nil
}
