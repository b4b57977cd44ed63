package remote

import (
	"fmt"
	"strings"
	"sync/atomic"
)

// gdbserverHelp are the monitor commands that gdbserver has.
const gdbserverHelp = `monitor set debug 0|1             show operations on the program, in the server's own output
monitor set remote-debug 0|1      show every packet there
monitor set event-loop-debug 0|1  show there which goroutine reads the connection
monitor set debug threads|remote|event-loop|all on|off
                                  the same, in the form of newer gdbservers
monitor set debug-format all|none|timestamp[,...]
                                  what else each of these lines shows
monitor set debug-hw-points 0|1   like set debug, which includes traps and debug registers
monitor set libthread-db-search-path PATH
                                  accepted but not needed: threads are found without libthread_db
monitor exit                      end the server; a program that it started is killed
`

// gdbserverCommand carries out a monitor command that gdbserver has; ok is
// false for others.
func (c *client) gdbserverCommand(words []string) (out string, ok bool) {
	switch {
	case len(words) == 1 && words[0] == "exit":
		c.exiting, c.over = true, true
		return "", true
	case len(words) < 2 || words[0] != "set":
		return "", false
	}
	value := strings.Join(words[2:], " ")
	switch words[1] {
	case "debug":
		if out, ok := c.debugComponent(words[2:]); ok {
			return out, true
		}
		fallthrough
	case "debug-hw-points":
		return setFlag(&c.Debug.General, value, map[string]string{"debug": "Debug output", "debug-hw-points": "H/W point debugging output"}[words[1]]), true
	case "remote-debug":
		return setFlag(&c.Debug.Packets, value, "Protocol debug output"), true
	case "event-loop-debug":
		return setFlag(&c.Debug.EventLoop, value, "Event loop debug output"), true
	case "debug-format":
		if err := c.Debug.SetFormat(value); err != nil {
			return err.Error() + "\n", true
		}
		if c.Debug.Timestamp.Load() {
			return "Timestamps will be added to debug output.\n", true
		}
		return "All extra debug format options disabled.\n", true
	case "libthread-db-search-path":
		return fmt.Sprintf("libthread-db-search-path set to `%s'\n", value), true
	}
	return "", false
}

// debugComponent is "set debug COMPONENT on|off", gdb 18's form of the earlier "set
// remote-debug" and "set event-loop-debug"; "off" alone disables all.
func (c *client) debugComponent(words []string) (out string, ok bool) {
	component := "all"
	switch {
	case len(words) == 2:
		component = words[0]
	case len(words) != 1 || words[0] != "off":
		return "", false
	}
	value := words[len(words)-1]
	for _, flag := range c.Debug.component(component) {
		out, ok = setFlag(flag, value, "Debug output of "+component), true
	}
	return out, ok
}

// setFlag answers "set NAME 0|1" in gdbserver's words.
func setFlag(flag *atomic.Bool, value, name string) string {
	switch value {
	case "1", "on":
		flag.Store(true)
		return name + " enabled.\n"
	case "0", "off":
		flag.Store(false)
		return name + " disabled.\n"
	}
	return "0 or 1 expected.\n"
}

// SetFormat parses the argument of --debug-format and "set debug-format":
// "all", "none", "timestamp", or several of them with commas; later ones
// override.
func (d *DebugLog) SetFormat(list string) error {
	stamp := false
	for _, option := range strings.Split(list, ",") {
		switch option {
		case "all", "timestamp":
			stamp = true
		case "none":
			stamp = false
		case "":
		default:
			return fmt.Errorf("unknown debug-format argument: %q (all, none or timestamp expected)", option)
		}
	}
	d.Timestamp.Store(stamp)
	return nil
}
