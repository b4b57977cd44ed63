package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// driven is a debugger that receives commands through a pipe and answers with its stops
// as JSON.
type driven struct {
	t       *testing.T
	in      io.WriteCloser
	out     *bufio.Scanner
	cmd     *exec.Cmd
	stderr  strings.Builder
	printed string // file that gets what the program prints
	cancel  context.CancelFunc
}

// jsonEvent is the part of a stop that these tests check.
type jsonEvent struct {
	Reason   string
	Function string
	Line     int
	ExitCode *int `json:"exit_code"`
	Units    []jsonUnitEvent
}

type jsonUnitEvent struct {
	Kind, Name, Result string
	Passes, Rung       int
	Vector             []string
}

// patience is how long a debugger may take for one test; it is there so that a
// hang is a failure.
var patience = tabletest.Patience(2 * time.Minute)

func drive(t *testing.T, bin, program string) *driven {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	d := &driven{t: t, cancel: cancel, printed: filepath.Join(t.TempDir(), "printed")}
	d.cmd = exec.CommandContext(ctx, bin, "--json", program)
	d.cmd.Stderr = &d.stderr
	var err error
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d.out = bufio.NewScanner(out)
	d.out.Buffer(nil, 1<<22)
	if err := d.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		d.in.Close()
		d.cmd.Wait()
		cancel()
	})
	return d
}

// do sends a command that moves the program and returns the stop.
func (d *driven) do(command string) jsonEvent {
	d.t.Helper()
	d.say(command)
	for d.out.Scan() {
		line := d.out.Text()
		if !strings.HasPrefix(line, "{") {
			continue
		}
		var e jsonEvent
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			d.t.Fatalf("%s: %v in %s", command, err, line)
		}
		return e
	}
	d.t.Fatalf("%s: no stop (%v)\n%s", command, d.out.Err(), d.stderr.String())
	return jsonEvent{}
}

// say sends a command that does not move the program.
func (d *driven) say(command string) {
	d.t.Helper()
	if _, err := fmt.Fprintln(d.in, command); err != nil {
		d.t.Fatalf("%s: %v\n%s", command, err, d.stderr.String())
	}
}

// runTo starts the program and stops it at a location.
func (d *driven) runTo(location string, args ...string) {
	d.t.Helper()
	d.say("break " + location)
	if e := d.do("run " + strings.Join(args, " ") + " > " + d.printed); e.Reason != "breakpoint" {
		d.t.Fatalf("run to %s: %+v", location, e)
	}
}

// toEnd repeats a command until the program has ended, at most times times,
// and returns the units on the way. The program must end with status 0.
func (d *driven) toEnd(command string, times int) (units []jsonUnitEvent) {
	d.t.Helper()
	for range times {
		e := d.do(command)
		units = append(units, e.Units...)
		switch e.Reason {
		case "exited":
			if *e.ExitCode != 0 {
				d.t.Fatalf("%s: the program ended with status %d", command, *e.ExitCode)
			}
			return units
		case "step":
		default:
			d.t.Fatalf("%s: %+v", command, e)
		}
	}
	d.t.Fatalf("%d times %s, and the program has not ended", times, command)
	return nil
}

func (d *driven) output() string {
	d.t.Helper()
	b, err := os.ReadFile(d.printed)
	if err != nil {
		d.t.Fatal(err)
	}
	return string(b)
}

func (d *driven) wantOutput(want string) {
	d.t.Helper()
	if got := d.output(); got != want {
		d.t.Errorf("the program printed %q, want %q", got, want)
	}
}

// results are the different results of units of one kind, sorted.
func results(units []jsonUnitEvent, kind string) []string {
	var list []string
	for _, u := range units {
		if u.Kind == kind {
			list = append(list, u.Result)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}
