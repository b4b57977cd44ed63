package remote

import "fmt"

// If another process cannot be held, the server refuses it before anything happens. gdb
// 13 shows the text of an error neither for vRun nor for vAttach (gdb 16 does). Before
// vRun it sends QDisableRandomization, and all its versions show the text of an error
// there (remote.c, extended_remote_disable_randomization). Before vAttach it sends
// nothing: it says that attaching failed, and the server prints the reason when a process
// is next resumed.

// mayAttach is mayHoldMore for vAttach.
func (c *client) mayAttach(pid int) error {
	err := c.mayHoldMore()
	for _, p := range c.all() {
		if pid == p.target.PID() {
			err = fmt.Errorf("process %d is debugged here already", pid)
		}
	}
	if err != nil {
		c.logf("%v", err)
		c.notes = append(c.notes, fmt.Sprintf("attaching to process %d was refused: %v", pid, err))
	}
	return err
}

// failed reports why a program could not be started or attached to: in the log, and to the
// user of a client that does not show the text of errors.
func (c *client) failed(err error) {
	c.logf("%v", err)
	if c.Failures != nil && !c.showsErrors {
		fmt.Fprintf(c.Failures, "%v\n", err)
	}
}
