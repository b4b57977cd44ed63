package remote

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"rseqstep/stepper/tracee"
)

// transfer answers qXfer:OBJECT:read:ANNEX:OFFSET,LENGTH and
// qXfer:siginfo:write::OFFSET:BYTES.
func (c *client) transfer(args string) (string, error) {
	f := strings.SplitN(args, ":", 4)
	if len(f) == 4 && f[0] == "siginfo" && f[1] == "write" && f[2] == "" {
		offset, data, _ := strings.Cut(f[3], ":")
		return c.writeSiginfo(offset, []byte(data))
	}
	if len(f) != 4 || f[1] != "read" {
		return unsupported, nil
	}
	i := strings.LastIndexByte(f[3], ':') // an annex may contain colons
	annex := f[2]
	if i >= 0 {
		annex, f[3] = annex+":"+f[3][:i], f[3][i+1:]
	}
	offset, length, ok := two(f[3], ",")
	if !ok {
		return "", errSyntax
	}
	if f[0] == "osdata" {
		text, err := c.osdata(annex, offset)
		if err != nil {
			return "", err
		}
		return window(text, offset, length), nil
	}
	object, known, err := c.object(f[0], annex)
	if !known {
		return unsupported, nil
	}
	if err != nil {
		return "", err
	}
	return window(object, offset, length), nil
}

// window is the part of an object that a packet asks for: m if more follows, l
// for the last one.
func window(object string, offset, length uint64) string {
	length = min(length, maxPacket/2-8) // escapes may double it
	if offset >= uint64(len(object)) {
		return "l"
	}
	rest := object[offset:]
	if uint64(len(rest)) > length {
		return "m" + rest[:length]
	}
	return "l" + rest
}

// object is what clients can read of the process.
func (c *client) object(name, annex string) (object string, known bool, err error) {
	switch name {
	case "features", "auxv", "exec-file", "threads", "siginfo", "libraries-svr4":
	default:
		return "", false, nil
	}
	if c.p == nil && !(name == "threads" && len(c.held) > 0) {
		return "", true, errNoProcess
	}
	switch name {
	case "features":
		if annex != "target.xml" {
			return "", true, errors.New("there is only target.xml")
		}
		regs, err := c.registers()
		if err != nil {
			return "", true, err
		}
		if c.lldb() {
			return lldbDescription(c.p.engine.Target().Arch(), regs), true, nil
		}
		return description(c.layout(), c.p.features), true, nil
	case "auxv":
		b, err := os.ReadFile(procFile(tracee.ProcID(c.p.target), "auxv"))
		return string(b), true, err
	case "exec-file":
		path, err := os.Readlink(procFile(c.pidOf(annex), "exe"))
		return path, true, err
	case "threads":
		return c.threadsXML(), true, nil
	case "siginfo":
		info, err := c.p.target.Siginfo(c.generalThread())
		return string(info), true, err
	}
	list, err := c.librariesXML(annex)
	return list, true, err
}

// writeSiginfo changes the siginfo that a thread's handler will get, from an offset on.
// The answer is the number of bytes used.
func (c *client) writeSiginfo(offset string, data []byte) (string, error) {
	at, ok := number(offset)
	if !ok {
		return "", errSyntax
	}
	if c.p == nil {
		return "", errNoProcess
	}
	tid := c.generalThread()
	info, err := c.p.target.Siginfo(tid)
	if err != nil {
		return "", err
	}
	if at > uint64(len(info)) {
		return "", errSyntax
	}
	n := copy(info[at:], data)
	return hexOf(n), c.p.target.SetSiginfo(tid, info)
}

// threadsXML lists the threads (gdb manual, "Thread List Format").
func (c *client) threadsXML() string {
	esc := xmlEscaper()
	var b strings.Builder
	b.WriteString("<?xml version=\"1.0\"?>\n<threads>\n")
	c.eachProcess(func() {
		for _, t := range c.p.engine.Threads() {
			note := ""
			if t.Rseq.Live {
				note = "live in " + c.p.engine.SectionName(t.Rseq.Section)
			}
			fmt.Fprintf(&b, "<thread id=\"%s\" name=\"%s\">%s</thread>\n", c.threadName(t.TID), esc.Replace(t.Name), esc.Replace(note))
		}
		if child := c.p.engine.Undecided(); child != 0 {
			fmt.Fprintf(&b, "<thread id=\"%s\"/>\n", c.threadName(child))
		}
	})
	b.WriteString("</threads>\n")
	return b.String()
}
