package remote

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"rseqstep/stepper/ptrace"
)

// lldbSet answers the Q packets that only change the form of answers.
func (c *client) lldbSet(name string) string {
	switch name {
	case "ThreadSuffixSupported":
		// Only lldb sends it; lldb numbers signals as the remote system does.
		c.threadSuffix, c.linuxSignals = true, true
		if c.p != nil {
			c.p.regs = nil // lldb has its own layout
		}
		c.conn.anyStopAnswers.Store(true)
	case "ListThreadsInStopReply":
		c.threadList = true
	}
	return "OK"
}

// hostTriple describes this machine as an lldb built for it does. With another vendor lldb
// believes the server is another machine, looks for the program of a process among the libraries,
// and finds none after an exec (seen with lldb 14).
func hostTriple() string { return "triple:" + toHex(layoutOf(ptrace.Arch()).triple()) + ";" }

// lldbQuery answers lldb's own q packets; ok is false for others.
func (c *client) lldbQuery(p string) (reply string, ok bool, err error) {
	if reply, ok, err := c.platformQuery(p); ok {
		return reply, true, err
	}
	switch {
	case p == "HostInfo":
		host, _ := os.Hostname()
		return hostTriple() + "ptrsize:8;endian:little;hostname:" + toHex(host) + ";", true, nil
	case p == "ProcessInfo" && c.p != nil:
		return fmt.Sprintf("pid:%x;%sptrsize:8;endian:little;ostype:linux;", c.p.target.PID(), hostTriple()), true, nil
	case c.p == nil && c.threadSuffix && (p == "ProcessInfo" || p == "C"):
		return "", true, errNoProcess
	case c.p == nil && c.threadSuffix && p == "fThreadInfo":
		// As lldb-server does. After "l", or an unknown packet, lldb asks "?" and takes
		// any answer for a process with a thread: lldb 14 then crashes when it runs a
		// program.
		return "OK", true, nil
	case strings.HasPrefix(p, "RegisterInfo") && c.p != nil:
		r, err := c.registerInfo(p[len("RegisterInfo"):])
		return r, true, err
	case strings.HasPrefix(p, "ThreadStopInfo") && c.p != nil:
		id, good := parseThread(p[len("ThreadStopInfo"):])
		if !good || !c.alive(id.TID) {
			return "", true, errSyntax
		}
		return c.threadStop(id.TID), true, nil
	case strings.HasPrefix(p, "MemoryRegionInfo:") && c.p != nil:
		r, err := c.region(p[len("MemoryRegionInfo:"):])
		return r, true, err
	case p == "LaunchSuccess":
		return c.launched(), true, nil
	case p == "GetWorkingDir":
		return c.workingDir(), true, nil
	case p == "WatchpointSupportInfo:":
		return "num:4;", true, nil
	case p == "VAttachOrWaitSupported":
		return "OK", true, nil
	case p == "StructuredDataPlugins":
		return unsupported, true, nil
	}
	return "", false, nil
}

// threadStop is a thread's stop reason: its last stop, if it has not been
// resumed since (it has not while lldb calls a function in another thread).
// Other threads have no reason of their own.
func (c *client) threadStop(tid int) string {
	if c.delve() {
		return c.delveThread(tid)
	}
	if reply := c.lastStop(tid); reply != "" {
		return reply
	}
	return c.stopped(0, tid, "")
}

// lastStop is a thread's last stop reply, if it has not been resumed since; "" if there
// is none.
func (c *client) lastStop(tid int) string {
	if tid == c.p.engine.Thread() && c.last != "" {
		return c.last
	}
	return c.why[tid]
}

// registerInfo describes one register to lldb.
func (c *client) registerInfo(args string) (string, error) {
	n, ok := number(args)
	regs, err := c.registers()
	if !ok || err != nil || n >= uint64(len(regs)) {
		return "", errNoRegister
	}
	offset := 0
	for _, r := range regs[:n] {
		offset += r.size
	}
	out := fmt.Sprintf("name:%s;bitsize:%d;offset:%d;", regs[n].name, 8*regs[n].size, offset)
	for _, a := range attributes(c.p.engine.Target().Arch(), &regs[n]) {
		out += a[0] + ":" + a[1] + ";"
	}
	return out, nil
}

// json answers the packets that begin with j. It supports only the one that
// saves a round trip for each thread.
func (c *client) json(p string) (string, error) {
	if p != "jThreadsInfo" || c.p == nil {
		return unsupported, nil
	}
	type info struct {
		TID       int               `json:"tid"`
		Name      string            `json:"name"`
		Reason    string            `json:"reason,omitempty"`
		Signal    int               `json:"signal,omitempty"`
		About     string            `json:"description,omitempty"`
		Registers map[string]string `json:"registers"`
	}
	regs, err := c.registers()
	if err != nil {
		return "", err
	}
	var list []info
	for _, t := range c.p.engine.Threads() {
		i := info{TID: t.TID, Name: t.Name, Registers: map[string]string{}}
		i.Reason, i.Signal, i.About = stopReason(c.lastStop(t.TID))
		for _, n := range c.p.expedited {
			if b, err := c.file(t.TID).read(&regs[n]); err == nil {
				i.Registers[fmt.Sprint(n)] = hex.EncodeToString(b)
			}
		}
		list = append(list, i)
	}
	out, err := json.Marshal(list)
	return string(out), err
}
