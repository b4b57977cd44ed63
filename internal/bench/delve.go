package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-delve/delve/service/api"
	"github.com/go-delve/delve/service/rpc2"
)

// delveSteps is how many instructions the contests of Delve's backends step.
const delveSteps = 1000

// delving compares Delve's step-instruction on our backend with that on its own, in the
// same Go program from the same place: with requests as an editor sends them, in a
// program that only computes; at Delve's prompt; and as from an editor in a program
// that asks for the time, whose vDSO function Delve's own backend never leaves.
func delving(b *built) []contest {
	ours := []string{b.rseqstep, "dlv"}
	native := []string{b.dlv}
	stock := []string{"env", b.backend, b.dlv, "--backend=lldb"}
	titled := func(title string, measure func(program, function string, dlv ...string) func() (float64, error), program, function string) contest {
		return contest{
			title:      fmt.Sprintf("%s, %d times", title, delveSteps),
			unit:       "steps a second",
			moreIsGood: true,
			target:     "no fewer than Delve's own backend",
			contenders: []contender{
				{"rseqstep dlv", measure(program, function, ours...)},
				{"dlv --backend=native", measure(program, function, native...)},
				{"stock dlv on our backend", measure(program, function, stock...)},
			},
		}
	}
	return []contest{
		titled("dlv step-instruction", delve, b.goloop, "main.sum"),
		titled("dlv step-instruction at the prompt", prompted, b.goloop, "main.sum"),
		titled("dlv step-instruction in a program that asks for the time", delve, b.gotime, "main.read"),
	}
}

// prompted measures step-instruction from the start of a function, as commands at
// Delve's prompt.
func prompted(program, function string, dlv ...string) func() (float64, error) {
	return func() (float64, error) {
		dir, err := os.MkdirTemp("", "bench")
		if err != nil {
			return 0, err
		}
		defer os.RemoveAll(dir)
		run := func(steps int) (time.Duration, error) {
			script := filepath.Join(dir, "script")
			text := "break " + function + "\ncontinue\n" + strings.Repeat("step-instruction\n", steps) + "exit\n"
			if err := os.WriteFile(script, []byte(text), 0o644); err != nil {
				return 0, err
			}
			o, err := launch(append(dlv[:len(dlv):len(dlv)], "exec", program, "--allow-non-terminal-interactive=true", "--init", script)...)
			return o.wall, err
		}
		without, err := run(0)
		if err != nil {
			return 0, err
		}
		with, err := run(delveSteps)
		if err != nil {
			return 0, err
		}
		return delveSteps / (with - without).Seconds(), nil
	}
}

// delve measures step-instruction from the start of a function, through Delve's
// JSON-RPC, as an editor uses it.
func delve(program, function string, dlv ...string) func() (float64, error) {
	return func() (rate float64, err error) {
		args := append(dlv[1:len(dlv):len(dlv)], "--headless", "--listen=127.0.0.1:0", "exec", program, "--", "1000000000")
		cmd := exec.Command(dlv[0], args...)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return 0, err
		}
		if err := cmd.Start(); err != nil {
			return 0, err
		}
		defer cmd.Wait()
		defer cmd.Process.Signal(os.Interrupt)
		lines := bufio.NewScanner(out)
		if !lines.Scan() {
			return 0, fmt.Errorf("%s did not say where it listens", dlv[0])
		}
		_, address, _ := strings.Cut(lines.Text(), "listening at: ")
		go func() { // discard the rest of its output, so that it does not block
			for lines.Scan() {
			}
		}()
		client := rpc2.NewClient(address)
		defer client.Detach(true)
		if _, err := client.CreateBreakpoint(&api.Breakpoint{FunctionName: function}); err != nil {
			return 0, err
		}
		if state := <-client.Continue(); state.Err != nil {
			return 0, state.Err
		}
		began := time.Now()
		for range delveSteps {
			if _, err := client.StepInstruction(false); err != nil {
				return 0, err
			}
		}
		return delveSteps / time.Since(began).Seconds(), nil
	}
}
