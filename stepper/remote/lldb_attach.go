package remote

import (
	"errors"
	"fmt"
	"time"
)

// attachWait is the interval at which the server looks for a new process.
const attachWait = 2 * time.Millisecond

// attachNamed answers vAttachName, vAttachWait and vAttachOrWait, with the name of a
// program's file in hexadecimal: lldb's "process attach --name", with --waitfor, and with
// --include-existing. It takes the existing process, the next one to start, or the
// existing one or else the next. A client's interrupt ends the wait.
func (c *client) attachNamed(verb, args string) (string, error) {
	name, ok := text(args)
	if !ok || name == "" {
		return "", errSyntax
	}
	if err := c.mayHoldMore(); err != nil {
		return "", err
	}
	there := processesOf(name)
	if verb != "vAttachWait" && len(there) > 0 {
		if len(there) > 1 {
			return "", fmt.Errorf("%d processes are named %s: %v", len(there), name, there)
		}
		return c.takeOverPID(there[0])
	}
	if verb == "vAttachName" {
		return "", fmt.Errorf("no process is named %s", name)
	}
	pid, err := c.awaitProcess(name, there)
	if err != nil {
		return "", err
	}
	return c.takeOverPID(pid)
}

// processesOf are the processes whose program's file has this name.
func processesOf(name string) []int { return processesThat("name_match:equals;name:" + toHex(name)) }

// awaitProcess waits for a process of that name that is not in before.
func (c *client) awaitProcess(name string, before []int) (pid int, err error) {
	known := map[int]bool{}
	for _, pid := range before {
		known[pid] = true
	}
	ctx := c.conn.starts() // an interrupt ends this wait
	defer c.conn.running.Store(false)
	tick := time.NewTicker(attachWait)
	defer tick.Stop()
	for range tick.C {
		if ctx.Err() != nil {
			break
		}
		for _, pid := range processesOf(name) {
			if !known[pid] {
				return pid, nil
			}
		}
	}
	c.conn.answered()
	return 0, errors.New("waiting for a process was interrupted")
}
