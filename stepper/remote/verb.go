package remote

import (
	"errors"
	"os"
	"strings"
)

// verb answers the packets that begin with v.
func (c *client) verb(p string) (string, error) {
	name, args, _ := strings.Cut(p, ";")
	switch {
	case p == "vCont?":
		return "vCont;c;C;s;S;t;r", nil
	case name == "vCont":
		actions, ok := parseActions(args)
		if !ok {
			return "", errSyntax
		}
		return c.resumeOne(actions)
	case name == "vRun":
		return c.run(args)
	case name == "vAttach":
		return c.takeOver(args)
	case name == "vAttachName", name == "vAttachWait", name == "vAttachOrWait":
		return c.attachNamed(name, args)
	case name == "vKill":
		return done(c.killNamed(args))
	case strings.HasPrefix(p, "vFile:"):
		return c.hostIO(strings.TrimPrefix(p, "vFile:"))
	}
	return unsupported, nil // vMustReplyEmpty requires just that
}

// run is vRun;FILE;ARG..., all in hexadecimal; without a file the last one. ARG is the line
// of all arguments if both sides have single-inf-arg.
func (c *client) run(args string) (string, error) {
	if err := c.mayHoldMore(); err != nil {
		return "", err
	}
	words := strings.Split(args, ";")
	for i, w := range words {
		s, ok := text(w)
		if !ok {
			return "", errSyntax
		}
		words[i] = s
	}
	if words[0] != "" {
		c.program = words[0]
	}
	c.args = words[1:]
	if c.oneLine && len(c.args) > 0 {
		line := strings.Join(c.args, " ")
		c.args = splitLine(line)
		c.with.Typed = []typed{{line, c.args}}
	}
	if c.launchError = c.launch(c.conn.ctx, c.program, c.args); c.launchError != nil {
		c.failed(c.launchError)
		return "", c.launchError
	}
	return c.begin()
}

// begin forgets the state of the last process.
func (c *client) begin() (string, error) {
	c.p = c.process
	c.adoptStop()
	c.catchEvents()
	delete(c.left, c.p.target.PID())
	clear(c.files)
	clear(c.explainedAt)
	clear(c.why)
	c.general, c.resuming, c.last, c.next = 0, 0, "", nil
	return c.status()
}

// takeOver is vAttach;PID.
func (c *client) takeOver(args string) (string, error) {
	pid, ok := number(args)
	if !ok {
		return "", errSyntax
	}
	return c.takeOverPID(int(pid))
}

func (c *client) takeOverPID(pid int) (string, error) {
	if err := c.mayAttach(pid); err != nil {
		return "", err
	}
	if err := c.attach(pid); err != nil {
		c.failed(err)
		return "", err
	}
	return c.begin()
}

func (c *client) kill() error {
	p := c.process
	if p == nil {
		return errNoProcess
	}
	c.forget()
	defer p.symbols.Close()
	c.last = ""
	if !p.target.Alive() {
		return nil
	}
	return p.engine.Kill()
}

// leave answers D (detach) and k (kill).
func (c *client) leave(p string) (string, error) {
	if p[0] == 'k' {
		if c.p != nil {
			c.sayf("Killing all inferiors")
		}
		for c.any(); c.process != nil; c.any() {
			if err := c.kill(); err != nil {
				c.logf("%v", err)
			}
		}
		if !c.Multi {
			c.over = true
		}
		if c.threadSuffix {
			return "X09", nil // gdb expects no answer, lldb this one
		}
		return "", errSilent
	}
	if reply, answered, err := c.leaveOne(p); answered {
		return reply, err
	}
	if c.p == nil {
		return "", errNoProcess
	}
	e := c.p.engine
	c.sayf("Detaching from process %d", c.p.target.PID())
	if err := c.dropSignals(func(sig int) bool { return c.hide[sig] }); err != nil {
		return "", err
	}
	defer c.p.symbols.Close()
	c.forget()
	c.last = ""
	return done(e.Detach())
}

// dropSignals marks signals that threads have stopped for and that are to be
// dropped, so that the detach does not deliver them.
func (c *client) dropSignals(drop func(sig int) bool) error {
	for tid, sig := range c.stoppedFor {
		if !drop(sig) || !c.alive(tid) {
			continue
		}
		if err := c.p.engine.PassSignal(tid, 0); err != nil {
			return err
		}
	}
	return nil
}

// environment records the variables of programs to be started.
func (c *client) environment(name, value string, keep bool) {
	var env []string
	for _, v := range c.with.env {
		if n, _, _ := strings.Cut(v, "="); n != name {
			env = append(env, v)
		}
	}
	if keep {
		env = append(env, name+"="+value)
	}
	c.with.env = env
}

func (c *client) resetEnvironment() { c.with.env = os.Environ() }

// restart is the packet R of the extended protocol, which has no answer.
func (c *client) restart() (string, error) {
	err := c.end()
	if err == nil {
		err = c.launch(c.conn.ctx, c.program, c.args)
	}
	if c.p = c.process; c.p != nil {
		_, begun := c.begin()
		err = errors.Join(err, begun)
	}
	if err != nil {
		c.logf("cannot run the program again: %v", err)
	}
	return "", errSilent
}
