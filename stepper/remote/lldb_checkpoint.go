package remote

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// checkpoints are the register sets that lldb saves before a function call and restores
// after it, by number. They are complete: they contain what a thread in a system call
// needs in order to continue waiting (orig_rax; restart_syscall(2)), which is not among
// the registers that lldb knows.
type checkpoints struct {
	last int
	all  map[int]*regfile
}

// errNoCheckpoint: a packet names registers that were not saved.
var errNoCheckpoint = errors.New("no registers were saved under that number for this thread")

// checkpoint answers QSaveRegisterState;thread:ID; with a number, and
// QRestoreRegisterState:NUMBER;thread:ID;, after which the number is free. ok is
// false for other packets.
func (c *client) checkpoint(p string) (reply string, ok bool, err error) {
	name, suffix, _ := strings.Cut(p, ";thread:")
	restored, restores := strings.CutPrefix(name, "RestoreRegisterState:")
	if name != "SaveRegisterState" && !restores {
		return "", false, nil
	}
	if c.p == nil {
		return "", true, errNoProcess
	}
	tid := c.generalThread()
	if suffix != "" {
		id, ok := parseThread(strings.TrimSuffix(suffix, ";"))
		if !ok || !c.alive(id.TID) {
			return "", true, errSyntax
		}
		tid = id.TID
	}
	if restores {
		n, err := strconv.Atoi(restored)
		if err != nil {
			return "", true, errSyntax
		}
		return "OK", true, c.restoreRegisters(n, tid)
	}
	f := &regfile{engine: c.p.engine, tid: tid}
	if err := errors.Join(f.loadUser(), f.loadArea()); err != nil {
		return "", true, err
	}
	f.area = bytes.Clone(f.area)
	c.file(tid).before = f.copied()
	if c.saved.all == nil {
		c.saved.all = map[int]*regfile{}
	}
	c.saved.last++
	c.saved.all[c.saved.last] = f
	return fmt.Sprint(c.saved.last), true, nil
}

func (c *client) restoreRegisters(n, tid int) error {
	f := c.saved.all[n]
	if f == nil || f.tid != tid || f.engine != c.p.engine {
		return errNoCheckpoint
	}
	delete(c.saved.all, n)
	delete(c.files, tid)
	if err := c.staysInside(f); err != nil {
		return err
	}
	return errors.Join(f.storeUser(), f.storeArea())
}
