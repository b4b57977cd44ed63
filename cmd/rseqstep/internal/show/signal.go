package show

import (
	"fmt"
	"strconv"
	"strings"

	"rseqstep/stepper/signals"
)

// Signals is how many signals Linux has, including the real-time ones.
const Signals = signals.Last

// SignalName returns the name of a signal: "SIGINT", or "SIG34" for a real-time one.
func SignalName(n int) string { return signals.Name(n) }

// SignalText returns the description of a signal.
func SignalText(n int) string { return signals.Text(n) }

// SignalNumber parses "SIGINT", "INT", "sigint", "34" and "SIG34".
func SignalNumber(text string) (int, error) {
	name := strings.TrimPrefix(strings.ToUpper(text), "SIG")
	for n := 1; n < 32; n++ {
		if SignalName(n) == "SIG"+name {
			return n, nil
		}
	}
	switch name {
	case "POLL":
		return 29, nil
	case "CLD":
		return 17, nil
	case "IOT":
		return 6, nil
	}
	if n, err := strconv.Atoi(name); err == nil && n >= 1 && n <= Signals {
		return n, nil
	}
	return 0, fmt.Errorf("%q is not a signal; give a name such as SIGUSR1 or a number from 1 to %d", text, Signals)
}
