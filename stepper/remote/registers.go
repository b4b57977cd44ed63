package remote

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"rseqstep/table"
)

// errNoRegister: a packet names a register that does not exist.
var errNoRegister = errors.New("no such register")

// file is a thread's registers at this stop.
func (c *client) file(tid int) *regfile {
	f := c.files[tid]
	if f == nil {
		f = &regfile{engine: c.p.engine, tid: tid}
		c.files[tid] = f
	}
	return f
}

// registers is the layout of the process.
func (c *client) registers() ([]register, error) {
	if c.p.regs != nil {
		return c.p.regs, nil
	}
	tid, l := c.p.engine.Thread(), c.layout()
	area, err := c.p.engine.Target().XState(tid)
	if err != nil {
		return nil, err
	}
	now, err := c.p.engine.Regs(tid)
	if err != nil {
		return nil, err
	}
	switch {
	case c.delve():
		c.p.regs = l.delve(&now, area)
	case c.lldb():
		c.p.regs = l.lldb(&now, area)
	default:
		c.p.features = l.gdb(&now, area)
		c.p.regs = flatten(c.p.features)
	}
	c.p.expedited = expedited(c.p.engine.Target().Arch(), c.p.regs)
	return c.p.regs, nil
}

// layout is the layout of the process's architecture.
func (c *client) layout() layout { return layoutOf(c.p.engine.Target().Arch()) }

// readAll is the packet g.
func (c *client) readAll(tid int) (string, error) {
	regs, err := c.registers()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i := range regs {
		p, err := c.file(tid).read(&regs[i])
		if err != nil {
			return "", err
		}
		b.WriteString(hex.EncodeToString(p))
	}
	c.file(tid).before = c.file(tid).copied()
	return b.String(), nil
}

// writeAll is the packet G.
func (c *client) writeAll(tid int, data []byte) error {
	regs, err := c.registers()
	if err != nil {
		return err
	}
	f := c.file(tid)
	for i := range regs {
		if len(data) < regs[i].size {
			break // the rest stays unchanged
		}
		if err := f.write(&regs[i], data[:regs[i].size]); err != nil {
			return err
		}
		data = data[regs[i].size:]
	}
	err = c.staysInside(f)
	if err == nil && f.user != nil {
		err = f.storeUser()
	}
	if err == nil && f.area != nil {
		err = f.storeArea()
	}
	delete(c.files, tid)
	return err
}

// readOne is the packet p.
func (c *client) readOne(tid int, n uint64) (string, error) {
	regs, err := c.registers()
	if err != nil {
		return "", err
	}
	if n >= uint64(len(regs)) {
		return "", errNoRegister
	}
	p, err := c.file(tid).read(&regs[n])
	return hex.EncodeToString(p), err
}

// writeOne is the packet P.
func (c *client) writeOne(tid int, n uint64, data []byte) error {
	regs, err := c.registers()
	if err != nil {
		return err
	}
	if n >= uint64(len(regs)) {
		return errNoRegister
	}
	f := c.file(tid)
	c.files[tid] = &regfile{engine: f.engine, tid: tid, before: f.before} // read back what was really written
	if err := f.write(&regs[n], data); err != nil {
		return err
	}
	if regs[n].place == inUser {
		if err := c.staysInside(f); err != nil {
			return errors.Join(err, c.undoCall(f))
		}
		return f.storeUser()
	}
	return f.storeArea()
}

// jump moves a thread.
func (c *client) jump(tid int, to table.Addr) error {
	f := &regfile{engine: c.p.engine, tid: tid}
	if err := f.loadUser(); err != nil {
		return err
	}
	delete(c.files, tid)
	f.user.SetPC(to)
	if err := c.staysInside(f); err != nil {
		return err
	}
	return f.storeUser()
}

// undoCall restores a thread's registers when a call that lldb was preparing in it is
// refused. lldb reads them all, writes the arguments and the stack pointer one by one,
// and the PC last; if that fails it leaves them so: the program then ran on with a wrong
// stack pointer and died (seen with lldb 14). gdb restores them itself.
func (c *client) undoCall(f *regfile) error {
	if !c.threadSuffix || f.before == nil || f.before.SP() == f.user.SP() {
		return nil
	}
	c.notes = append(c.notes, "no function is called: the thread is inside a critical section, the rest of which would run unprotected; step or finish out of it first")
	f.user, f.at = f.before, f.before.PC()
	return f.storeUser()
}

// staysInside refuses to move a thread out of a section in which it is live,
// which a function call in the program would do: the kernel would disarm the
// section, and the rest of it would run unprotected.
func (c *client) staysInside(f *regfile) error {
	if f.user == nil {
		return nil
	}
	for _, t := range c.p.engine.Threads() {
		if t.TID != f.tid || !t.Rseq.Live {
			continue
		}
		if s := t.Rseq.Section; s != nil && !s.Contains(f.user.PC()) {
			return fmt.Errorf("the thread is inside the critical section %s: a call or a jump from here would leave the rest of it unprotected; step or finish out of it first", c.p.engine.SectionName(s))
		}
	}
	return nil
}
