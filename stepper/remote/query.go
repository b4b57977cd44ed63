package remote

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper/tracee"
	"rseqstep/table"
)

// query answers the packets that begin with q, without the q.
func (c *client) query(p string) (string, error) {
	name, args, _ := strings.Cut(p, ":")
	switch {
	case name == "Supported":
		return c.supported(args), nil
	case name == "Xfer":
		return c.transfer(args)
	case strings.HasPrefix(p, "Rcmd,"):
		return c.monitor(p[len("Rcmd,"):])
	case name == "Attached":
		pid, ok := number(args)
		for _, p := range c.all() {
			if ok && int(pid) == p.target.PID() {
				return map[bool]string{true: "1", false: "0"}[p.attached], nil
			}
		}
		if args != "" {
			return "", fmt.Errorf("process %s is not debugged here", decimal(args))
		}
		if c.p != nil && c.p.attached {
			return "1", nil
		}
		return "0", nil
	case p == "Symbol::":
		return "OK", nil
	}
	if r, ok, err := c.lldbQuery(p); ok {
		return r, err
	}
	if c.p == nil {
		switch {
		case p == "fThreadInfo" && len(c.held) > 0:
			return c.listAll(), nil
		case p == "fThreadInfo":
			return "l", nil
		}
		return unsupported, nil
	}
	switch {
	case p == "C":
		return "QC" + c.threadName(c.p.engine.Thread()), nil
	case p == "fThreadInfo":
		return c.listAll(), nil
	case p == "sThreadInfo":
		return "l", nil
	case strings.HasPrefix(p, "ThreadExtraInfo,"):
		return c.extraInfo(p[len("ThreadExtraInfo,"):])
	case name == "Search" && strings.HasPrefix(args, "memory:"):
		return c.search(strings.TrimPrefix(args, "memory:"))
	case name == "GetTLSAddr":
		return c.threadLocal(args)
	case name == "RseqArea":
		return c.areaQuery(args)
	}
	return unsupported, nil
}

// supported answers qSupported: the features that both sides have.
func (c *client) supported(args string) string {
	for _, f := range strings.Split(args, ";") {
		switch f {
		case "fork-events+":
			c.wants.forks = true
		case "exec-events+":
			c.wants.execs = true
		case "multiprocess+":
			c.multiprocess = true
		case "swbreak+":
			c.swbreak = true
		case "hwbreak+":
			c.hwbreak = true
		case "binary-upload+":
			c.binaryUpload = true
		case "single-inf-arg+":
			c.oneLine = true
		case "error-message+":
			c.showsErrors = true
		}
	}
	out := []string{fmt.Sprintf("PacketSize=%x", maxPacket), "QStartNoAckMode+", "QPassSignals+", "QProgramSignals+", "QCatchSyscalls+",
		"QStartupWithShell+", "QDisableRandomization+", "QEnvironmentHexEncoded+", "QEnvironmentUnset+", "QEnvironmentReset+", "QSetWorkingDir+",
		"qXfer:features:read+", "qXfer:auxv:read+", "qXfer:exec-file:read+", "qXfer:threads:read+", "qXfer:siginfo:read+", "qXfer:siginfo:write+",
		"qXfer:libraries-svr4:read+", "augmented-libraries-svr4-read+", "qXfer:osdata:read+",
		"ConditionalBreakpoints+", "swbreak+", "hwbreak+", "vContSupported+", "error-message+"}
	c.catchEvents()
	if c.multiprocess {
		out = append(out, "multiprocess+")
		if c.wants.forks { // a new process can be named only if the client can name processes
			out = append(out, "fork-events+", "vfork-events+")
		}
	}
	if c.wants.execs {
		out = append(out, "exec-events+")
	}
	if c.binaryUpload {
		out = append(out, "binary-upload+")
	}
	if c.oneLine {
		out = append(out, "single-inf-arg+")
	}
	return strings.Join(out, ";")
}

// listAll answers qfThreadInfo with all threads.
func (c *client) listAll() string {
	var ids []string
	c.eachProcess(func() {
		for _, t := range c.p.target.Threads() {
			ids = append(ids, c.threadName(t))
		}
		if child := c.p.engine.Undecided(); child != 0 {
			ids = append(ids, c.threadName(child))
		}
	})
	return "m" + strings.Join(ids, ",")
}

// extraInfo is a thread's name and its rseq state.
func (c *client) extraInfo(args string) (string, error) {
	id, ok := parseThread(args)
	if !ok {
		return "", errSyntax
	}
	for _, t := range c.p.engine.Threads() {
		if t.TID != id.TID {
			continue
		}
		text := t.Name
		switch {
		case t.Rseq.Live:
			text += ", live in " + c.p.engine.SectionName(t.Rseq.Section)
		case t.Rseq.Armed != 0:
			text += ", rseq armed"
		}
		return toHex(text), nil
	}
	return "", errors.New("no such thread")
}

// set answers the packets that begin with Q, without the Q.
func (c *client) set(p string) (string, error) {
	if reply, ok, err := c.checkpoint(p); ok {
		return reply, err
	}
	name, args, _ := strings.Cut(p, ":")
	if r, ok, err := c.lldbLaunch(name, args); ok {
		return r, err
	}
	switch name {
	case "StartNoAckMode":
		c.conn.noAck.Store(true)
	case "NonStop":
		if args != "0" {
			return "", errors.New("non-stop mode is not supported: other threads may be stopped while a section is stepped over")
		}
	case "PassSignals":
		c.pass = *c.signalSet(args)
		c.passSignals()
	case "ProgramSignals":
		for sig, passes := range c.signalSet(args) {
			c.hide[sig] = !passes
		}
	case "CatchSyscalls":
		return done(c.catchSyscalls(args))
	case "RseqStart":
		return done(c.startAs(args))
	case "StartupWithShell":
		c.with.bare = args == "0"
	case "ThreadSuffixSupported", "ListThreadsInStopReply", "EnableErrorStrings":
		return c.lldbSet(name), nil
	case "DisableRandomization":
		if err := c.mayHoldMore(); err != nil {
			return "", err
		}
		c.with.aslr = args == "0"
	case "SetDisableASLR":
		c.with.aslr = args == "0"
	case "EnvironmentHexEncoded", "EnvironmentUnset", "Environment":
		v := args
		if name != "Environment" {
			var ok bool
			if v, ok = text(args); !ok {
				return "", errSyntax
			}
		}
		key, value, _ := strings.Cut(v, "=")
		c.environment(key, value, name != "EnvironmentUnset")
	case "EnvironmentReset":
		c.resetEnvironment()
	case "SetWorkingDir":
		dir, ok := text(args)
		if !ok {
			return "", errSyntax
		}
		dir, err := expanded(dir)
		if err != nil {
			return "", err
		}
		c.with.dir = dir
	default:
		return unsupported, nil
	}
	return "OK", nil
}

// pidOf is the process id that a packet's annex names, or the current one.
func (c *client) pidOf(annex string) int {
	if n, ok := number(annex); ok && int(n) != c.p.target.PID() {
		return int(n)
	}
	return tracee.ProcID(c.p.target)
}

// procFile is the path of a file of the process's under /proc.
func procFile(pid int, name string) string { return "/proc/" + strconv.Itoa(pid) + "/" + name }

func hexOf(n int) string { return hexAddr(table.Addr(n)) }
