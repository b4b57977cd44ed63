package remote

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// lldbSet answers the Q packets that only change how answers look.
func (c *client) lldbSet(name string) string {
	switch name {
	case "ThreadSuffixSupported":
		// Only lldb has it; it numbers signals as the remote system does.
		c.threadSuffix, c.linuxSignals = true, true
		c.conn.forgets.Store(true)
	case "ListThreadsInStopReply":
		c.threadList = true
	}
	return "OK"
}

// hostTriple says what machine this is, in the words of an lldb built for it: one
// with another vendor than lldb's own makes it look for the program of a process
// among the libraries (seen with lldb 14, "process attach").
const hostTriple = "triple:7838365f36342d70632d6c696e75782d676e75;" // x86_64-pc-linux-gnu

// lldbQuery answers lldb's own q packets; ok is false for others.
func (c *client) lldbQuery(p string) (reply string, ok bool, err error) {
	if reply, ok, err := c.platformQuery(p); ok {
		return reply, true, err
	}
	switch {
	case p == "HostInfo":
		host, _ := os.Hostname()
		return hostTriple + "ptrsize:8;endian:little;hostname:" + toHex(host) + ";", true, nil
	case p == "ProcessInfo" && c.p != nil:
		return fmt.Sprintf("pid:%x;%sptrsize:8;endian:little;ostype:linux;", c.p.target.PID(), hostTriple), true, nil
	case c.p == nil && c.threadSuffix && (p == "ProcessInfo" || p == "C"):
		return "", true, errNoProcess
	case c.p == nil && c.threadSuffix && p == "fThreadInfo":
		// As lldb-server has it. After "l", or a packet that is not known, lldb asks
		// "?" and takes any answer for a process with a thread: lldb 14 then dies
		// when it runs a program.
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
	case p == "VAttachOrWaitSupported", p == "StructuredDataPlugins":
		return unsupported, true, nil
	}
	return "", false, nil
}

// threadStop is why a thread stands: the last stop for the thread it was about,
// no reason of its own for the others.
func (c *client) threadStop(tid int) string {
	if c.delve() {
		return c.delveThread(tid)
	}
	if tid == c.p.engine.Thread() && c.last != "" {
		return c.last
	}
	return c.stopped(0, tid, "")
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
	r := regs[n]
	encoding, format := "uint", "hex"
	switch {
	case r.typ == "i387_ext":
		encoding, format = "ieee754", "float"
	case r.size > 8:
		encoding, format = "vector", "vector-uint8"
	}
	out := fmt.Sprintf("name:%s;bitsize:%d;offset:%d;encoding:%s;format:%s;set:%s;", r.name, 8*r.size, offset, encoding, format, setOf(&r))
	generic := map[string]string{"rip": "pc", "rsp": "sp", "rbp": "fp", "eflags": "flags",
		"rdi": "arg1", "rsi": "arg2", "rdx": "arg3", "rcx": "arg4", "r8": "arg5", "r9": "arg6"}
	if g := generic[r.name]; g != "" {
		out += "generic:" + g + ";"
	}
	// Numbers of the System V ABI for amd64, figure 3.36.
	numbers := map[string]int{"rax": 0, "rdx": 1, "rcx": 2, "rbx": 3, "rsi": 4, "rdi": 5, "rbp": 6, "rsp": 7,
		"r8": 8, "r9": 9, "r10": 10, "r11": 11, "r12": 12, "r13": 13, "r14": 14, "r15": 15, "rip": 16}
	if d, ok := numbers[r.name]; ok {
		out += fmt.Sprintf("ehframe:%d;dwarf:%d;", d, d)
	}
	return out, nil
}

func setOf(r *register) string {
	if r.place == inUser {
		return "General Purpose Registers"
	}
	return "Floating Point Registers"
}

// region describes the mapping around an address (proc(5), maps), or the hole.
func (c *client) region(args string) (string, error) {
	addr, ok := number(args)
	if !ok {
		return "", errSyntax
	}
	maps, err := os.ReadFile(procFile(c.p.target.PID(), "maps"))
	if err != nil {
		return "", err
	}
	end := uint64(0)
	for _, line := range strings.Split(string(maps), "\n") {
		f := strings.Fields(line)
		if len(f) < 5 {
			continue
		}
		low, high, ok := two(f[0], "-")
		if !ok || high <= addr {
			end = high
			continue
		}
		if low > addr {
			return fmt.Sprintf("start:%x;size:%x;", end, low-end), nil
		}
		perms := strings.TrimRight(strings.ReplaceAll(f[1][:3], "-", ""), "-")
		out := fmt.Sprintf("start:%x;size:%x;permissions:%s;", low, high-low, perms)
		if len(f) > 5 {
			out += "name:" + toHex(strings.Join(f[5:], " ")) + ";"
		}
		return out, nil
	}
	return fmt.Sprintf("start:%x;size:%x;", end, ^uint64(0)-end), nil
}

// json answers the packets that begin with j. Only the one that saves a round
// trip for each thread is known.
func (c *client) json(p string) (string, error) {
	if p != "jThreadsInfo" || c.p == nil {
		return unsupported, nil
	}
	type info struct {
		TID       int               `json:"tid"`
		Name      string            `json:"name"`
		Reason    string            `json:"reason,omitempty"`
		Signal    int               `json:"signal,omitempty"`
		Registers map[string]string `json:"registers"`
	}
	regs, err := c.registers()
	if err != nil {
		return "", err
	}
	var list []info
	for _, t := range c.p.engine.Threads() {
		i := info{TID: t.TID, Name: t.Name, Registers: map[string]string{}}
		if t.TID == c.p.engine.Thread() {
			i.Reason, i.Signal = c.lastReason()
		}
		for _, n := range []int{numberRBP, numberRSP, numberRIP} {
			if b, err := c.file(t.TID).read(&regs[n]); err == nil {
				i.Registers[fmt.Sprint(n)] = hex.EncodeToString(b)
			}
		}
		list = append(list, i)
	}
	out, err := json.Marshal(list)
	return string(out), err
}

// lastReason is the last stop's reason in lldb's words, and its signal.
func (c *client) lastReason() (string, int) {
	if len(c.last) < 3 || c.last[0] != 'T' {
		return "", 0
	}
	sig, _ := number(c.last[1:3])
	switch {
	case strings.Contains(c.last, "watch:"):
		return "watchpoint", int(sig)
	case strings.Contains(c.last, "reason:breakpoint"), strings.Contains(c.last, "swbreak"):
		return "breakpoint", int(sig)
	case sig == sigTrap:
		return "trace", int(sig)
	}
	return "signal", int(sig)
}
