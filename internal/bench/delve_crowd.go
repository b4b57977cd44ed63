package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// How much work the contests among many goroutines do.
const (
	crowdOf   = 8
	crowdHits = 200 // of each goroutine
	crowdNext = 100
)

// amongGoroutines compares Delve on our backend with Delve on its own among goroutines
// that all reach one function: at a breakpoint there whose condition is never true, and
// with next, whose temporary breakpoints the other goroutines hit.
func amongGoroutines(b *built) []contest {
	titled := func(title string, count, rounds int, script string) contest {
		measure := func(dlv ...string) func() (float64, error) {
			return ratedScript(count, rounds, script, b.gohits, dlv...)
		}
		return contest{
			title: title, unit: "a second", moreIsGood: true, target: "at least half of Delve's own backend",
			contenders: []contender{
				{"rseqstep dlv", measure(b.rseqstep, "dlv")},
				{"dlv --backend=native", measure(b.dlv)},
				{"stock dlv on our backend", measure("env", b.backend, b.dlv, "--backend=lldb")},
			},
		}
	}
	return []contest{
		titled(fmt.Sprintf("dlv: a false condition, met %d times by %d goroutines", crowdOf*crowdHits, crowdOf), crowdOf*crowdHits, crowdHits,
			"break main.count\ncondition 1 id == -1\ncontinue\n"),
		titled(fmt.Sprintf("dlv next, %d times, among %d goroutines", crowdNext, crowdOf), crowdNext, 1_000_000,
			"break main.count\ncontinue\nclear 1\n"+strings.Repeat("next\n", crowdNext)),
	}
}

// ratedScript returns how often per second Delve's commands do their work, count times
// while each goroutine runs its rounds, without the time for Delve's start and end.
func ratedScript(count, rounds int, commands, program string, dlv ...string) func() (float64, error) {
	run := func(commands string) (time.Duration, error) {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(dir)
		script := filepath.Join(dir, "script")
		if err := os.WriteFile(script, []byte(commands+"exit\n"), 0o644); err != nil {
			return 0, err
		}
		o, err := launch(append(dlv[:len(dlv):len(dlv)], "exec", program, "--allow-non-terminal-interactive=true", "--init", script,
			"--", fmt.Sprint(crowdOf), fmt.Sprint(rounds), "hurry")...)
		return o.wall, err
	}
	return func() (float64, error) {
		without, err := run("")
		if err != nil {
			return 0, err
		}
		with, err := run(commands)
		if err != nil {
			return 0, err
		}
		return float64(count) / (with - without).Seconds(), nil
	}
}
