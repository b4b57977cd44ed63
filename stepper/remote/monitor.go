package remote

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper"
)

const monitorHelp = `monitor rseq                      sections that ran, with counts, and registrations
monitor rseq info [--all] [REGEXP]
                                  all sections, or those whose function, source or file matches
monitor rseq inside on|off        whether stepi goes through sections one instruction at a time
monitor rseq stuck-limit N        fruitless passes before a cpu_opv vector does the work
monitor rseq stuck report|inject|off
                                  what continue does about a thread that repeats a section and never commits
monitor rseq stuck-time N         after how many seconds without a commit; 0 is never
monitor rseq opv                  the next step does the work of the section it reaches with a cpu_opv vector
monitor rseq abort [at N]         the next step lets the kernel abort the section it reaches before its instruction N
monitor rseq drop-signals         signals that the program stopped for are not delivered on detach
monitor rseq follow parent|child  which process is kept after a fork
` + gdbserverHelp + `monitor help                      this list
`

// monitor answers qRcmd: the server's own commands.
func (c *client) monitor(args string) (string, error) {
	line, ok := text(args)
	if !ok {
		return "", errSyntax
	}
	out := c.command(strings.Fields(line))
	if c.threadSuffix { // decodes console output, but shows an answer's hexadecimal digits undecoded
		for _, l := range strings.Split(strings.TrimSuffix(out, "\n"), "\n") {
			c.print(l)
		}
		out = ""
	}
	if out == "" {
		return "OK", nil
	}
	return toHex(out), nil
}

// command carries out a monitor command and returns its output.
func (c *client) command(words []string) string {
	if out, ok := c.gdbserverCommand(words); ok {
		return out
	}
	if len(words) == 0 || words[0] == "help" || words[0] != "rseq" {
		if len(words) > 0 && words[0] != "help" {
			return fmt.Sprintf("No monitor command %q.\n%s", words[0], monitorHelp)
		}
		return monitorHelp
	}
	words = words[1:]
	if len(words) > 0 && words[0] == "set" {
		words = words[1:]
	}
	if len(words) == 0 || words[0] == "info" || words[0] == "--all" {
		return c.rseqInfo(strings.TrimSpace(strings.TrimPrefix(strings.Join(words, " "), "info")))
	}
	value := strings.Join(words[1:], " ")
	if value == "" && words[0] != "opv" && words[0] != "abort" && words[0] != "drop-signals" {
		return c.setting(words[0])
	}
	policy := c.policyNow()
	switch words[0] {
	case "inside":
		if value != "on" && value != "off" {
			return "\"on\" or \"off\" expected.\n"
		}
		policy.Inside = value == "on"
	case "stuck-limit":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 {
			return fmt.Sprintf("%q is not a number of passes.\n", value)
		}
		policy.StuckLimit = n
	case "stuck":
		if wrong := setStuck(policy, value); wrong != "" {
			return wrong
		}
	case "stuck-time":
		if wrong := setStuckTime(policy, value); wrong != "" {
			return wrong
		}
	case "follow":
		if value != "parent" && value != "child" {
			return "\"parent\" or \"child\" expected.\n"
		}
		policy.FollowFork = stepper.FollowParent
		if value == "child" {
			policy.FollowFork = stepper.FollowChild
		}
	case "drop-signals":
		if c.p == nil {
			return "The program is not being run.\n"
		}
		if err := c.dropSignals(func(int) bool { return true }); err != nil {
			return err.Error() + "\n"
		}
		return ""
	case "opv":
		c.next = (*stepper.Engine).Opv
		return "The next step does the work of the section it reaches with a cpu_opv vector.\n"
	case "abort":
		n := 1
		if rest, ok := strings.CutPrefix(value, "at "); ok {
			var err error
			if n, err = strconv.Atoi(strings.TrimSpace(rest)); err != nil || n < 1 {
				return fmt.Sprintf("%q is not the number of an instruction; the first is 1.\n", rest)
			}
		} else if value != "" {
			return "Give \"abort\" or \"abort at N\".\n"
		}
		c.next = func(e *stepper.Engine, ctx context.Context) (stepper.Stop, error) { return e.AbortAt(ctx, n) }
		return fmt.Sprintf("The next step lets the kernel abort the section it reaches, before its instruction %d.\n", n)
	default:
		return fmt.Sprintf("No rseq command %q.\n%s", words[0], monitorHelp)
	}
	c.policy = *policy
	return c.setting(words[0])
}

// policyNow is the policy of the process, or of the next one if there is none.
func (c *client) policyNow() *stepper.Policy {
	if c.p != nil {
		return c.p.engine.Policy()
	}
	return &c.policy
}

// setting describes the value of a setting.
func (c *client) setting(name string) string {
	p := c.policyNow()
	switch name {
	case "inside":
		if p.Inside {
			return "Stepping by instructions goes through sections.\n"
		}
		return "Stepping by instructions passes sections as units.\n"
	case "stuck-limit":
		return fmt.Sprintf("After %d fruitless passes a section's work is done by a cpu_opv vector.\n", p.StuckLimit)
	case "stuck", "stuck-time":
		return showStuck(p)
	case "follow":
		if p.FollowFork == stepper.FollowChild {
			return "After a fork the child is kept.\n"
		}
		return "After a fork the parent is kept.\n"
	}
	return fmt.Sprintf("No rseq command %q.\n%s", name, monitorHelp)
}

func (c *client) rseqInfo(args string) string {
	if c.p == nil {
		return "The program is not being run.\n"
	}
	var b strings.Builder
	if c.Section != nil {
		c.Section(c.p.engine, args, &b)
	}
	return b.String()
}
