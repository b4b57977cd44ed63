package remote

import "fmt"

// A further process that cannot be held is refused before anything happens. gdb 13
// shows the text of an error neither where vRun fails nor where vAttach does (gdb 16
// does). Before vRun it sends QDisableRandomization, and shows the text of an error
// there in all its versions (remote.c, extended_remote_disable_randomization). Before
// vAttach it sends nothing: it says that attaching failed, and the reason is shown
// when a process goes on.

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
