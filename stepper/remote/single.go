package remote

import "fmt"

// oneAtATime refuses a second process while one is held. It is asked before
// anything happens to either of them.
//
// gdb 13 shows the text of an error neither where vRun fails nor where vAttach
// does (gdb 16 does). Before vRun it sends QDisableRandomization, and shows the
// text of an error there in all its versions (remote.c,
// extended_remote_disable_randomization). Before vAttach it sends nothing: it says
// that attaching failed, and the reason is shown when the first process goes on.
func (c *client) oneAtATime() error {
	if c.p == nil {
		return nil
	}
	return fmt.Errorf("process %d is debugged here, and this server holds one process at a time: \"kill\" or \"detach\" it first, or start another server for the second one", c.p.target.PID())
}

// secondAttach is oneAtATime for vAttach.
func (c *client) secondAttach(pid int) error {
	err := c.oneAtATime()
	if err == nil {
		return nil
	}
	if pid == c.p.target.PID() {
		err = fmt.Errorf("process %d is debugged here already", pid)
	}
	c.logf("%v", err)
	c.notes = append(c.notes, fmt.Sprintf("attaching to process %d was refused: %v", pid, err))
	return err
}
