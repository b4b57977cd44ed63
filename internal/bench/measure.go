package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"time"
)

// patience is how long one run may take before it counts as failed; long applies to a
// run that is made once.
const (
	patience = 2 * time.Minute
	long     = 20 * time.Minute
)

// outcome is one finished run of a program.
type outcome struct {
	wall   time.Duration
	memory int64 // peak resident memory, bytes; of the started process alone
	out    string
}

// launch runs a command to its end. A non-zero exit status is a failure.
func launch(argv ...string) (outcome, error) { return launchFor(patience, argv...) }

func launchFor(limit time.Duration, argv ...string) (outcome, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	began := time.Now()
	err := cmd.Run()
	wall := time.Since(began)
	if err != nil {
		return outcome{}, fmt.Errorf("%s: %w: %s", argv[0], err, lastLine(out.String()))
	}
	o := outcome{wall: wall, out: out.String()}
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		o.memory = usage.Maxrss * 1024 // getrusage(2): ru_maxrss is in kilobytes
	}
	return o, nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// median of at least one value.
func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// field returns the number after the word name in a line of words, as the
// fixtures print them ("sum 10 ns 200").
func field(out, name string) (float64, error) {
	words := strings.Fields(out)
	for i, w := range words[:max(len(words)-1, 0)] {
		if w == name {
			var v float64
			if _, err := fmt.Sscan(words[i+1], &v); err == nil {
				return v, nil
			}
		}
	}
	return 0, fmt.Errorf("no number after %q in %q", name, lastLine(out))
}
