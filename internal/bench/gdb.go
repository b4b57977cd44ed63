package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// gdbScript runs gdb's commands, after the words that start a server or a program, and
// returns gdb's output.
func gdbScript(connect []string, script, program string) (string, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "script")
	if err := os.WriteFile(file, []byte("set confirm off\nset debuginfod enabled off\n"+script), 0o644); err != nil {
		return "", err
	}
	argv := []string{"gdb", "-nx", "--batch"}
	for _, c := range connect {
		argv = append(argv, "-ex", c)
	}
	o, err := launch(append(argv, "-x", file, program)...)
	return o.out, err
}

// on returns the commands by which gdb debugs a program through a server on a pipe.
func on(server ...string) func(program ...string) []string {
	return func(program ...string) []string {
		return []string{"target remote | " + strings.Join(append(server[:len(server):len(server)], program...), " ")}
	}
}

// gdbOwn returns the commands by which gdb debugs a program natively.
func gdbOwn(program ...string) []string {
	return []string{"set args " + strings.Join(program[1:], " "), "starti"}
}

// timed returns a Python block for gdb that prints how long a command took, in ms, and
// then the command's output, which includes what a server on a pipe printed.
func timed(command string) string {
	return "python\nimport time\nt = time.monotonic()\nout = gdb.execute('" + command + "', to_string=True)\n" +
		"print('\\ntook %.3f' % ((time.monotonic() - t) * 1e3))\nprint(out)\nend\n"
}

// took runs gdb and returns the time that timed printed.
func took(connect []string, script, program string) (float64, error) {
	out, err := gdbScript(connect, script, program)
	if err != nil {
		return 0, err
	}
	return field(out, "took")
}

// gdbStepping compares gdb's own `stepi 20000` on servers, timed inside gdb.
func gdbStepping(b *built) contest {
	n := strconv.Itoa(steps)
	rate := func(connect func(...string) []string) func() (float64, error) {
		return func() (float64, error) {
			ms, err := took(connect(b.loop), "break main\ncontinue\n"+timed("stepi "+n)+"kill\n", b.loop)
			if err != nil || ms == 0 {
				return 0, err
			}
			return steps / ms * 1e3, nil
		}
	}
	return contest{
		title:      "gdb's stepi " + n,
		unit:       "steps a second",
		moreIsGood: true,
		target:     "no less than on gdbserver",
		contenders: []contender{
			{"gdb on rseqstep gdbserver", rate(on(b.rseqstep, "gdbserver", "-"))},
			{"gdb on gdbserver", rate(on("gdbserver", "--once", "-"))},
			{"gdb", rate(gdbOwn)},
		},
	}
}

// gdbHotLine compares gdb's `next` over a line of 10,000,000 sections with the same
// line at native speed: untraced, and in the same gdb by `advance` to the line after
// it, which single-steps nothing, so that the program just runs. gdb runs one `next`
// before, because its first one searches the C library's symbols.
func gdbHotLine(b *built) contest {
	over := func(command string, connect func(...string) []string, begin string, more ...string) func() (float64, error) {
		return func() (float64, error) {
			return took(connect(append([]string{b.hotline}, more...)...), "break main\n"+begin+"\nnext\nbreak "+b.hotPlace+"\ncontinue\n"+timed(command)+"kill\n", b.hotline)
		}
	}
	next := func(connect func(...string) []string, begin string, more ...string) func() (float64, error) {
		return over("next", connect, begin, more...)
	}
	advance := "advance " + b.afterHot
	return contest{
		title:  "gdb's next over a line of 10,000,000 sections",
		unit:   "ms",
		target: "1.3 × native at most (gdb's advance, untraced); a ratio below 1 is what ours costs",
		contenders: []contender{
			{"gdb on rseqstep gdbserver", next(on(b.rseqstep, "gdbserver", "-"), "continue")},
			{"the same, --multi on a Unix socket", func() (float64, error) { return onSocket(b.rseqstep, next, b.hotline) }},
			{"the same, a line of 1 section", next(on(b.rseqstep, "gdbserver", "-"), "continue", "1")},
			{"gdb on gdbserver", next(on("gdbserver", "--once", "-"), "continue")},
			{"gdb on gdbserver, advance", over(advance, on("gdbserver", "--once", "-"), "continue")},
			{"gdb, advance", over(advance, gdbOwn, "continue")},
			{"untraced", func() (float64, error) {
				ns, err := printed("ns", b.hotline)
				return ns / 1e6, err
			}},
		},
	}
}

// onSocket measures next with a server that gdb asks to run the program.
func onSocket(rseqstep string, next func(func(...string) []string, string, ...string) func() (float64, error), program string) (float64, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	socket := filepath.Join(dir, "socket")
	server := exec.Command(rseqstep, "gdbserver", "--multi", "--once", "unix:"+socket)
	if err := server.Start(); err != nil {
		return 0, err
	}
	defer server.Wait()
	defer server.Process.Kill()
	for begin := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(socket); err == nil {
			break
		} else if time.Since(begin) > patience {
			return 0, err
		}
	}
	return next(func(...string) []string {
		return []string{"target extended-remote " + socket, "set remote exec-file " + program}
	}, "run")()
}

// falsely compares the cost of an update that hits a breakpoint on the committing store
// of its section, with a condition that is never true, in 4 threads at once. Native gdb
// loses updates here, as the program's sum shows; the lower bound is the time to stop 4
// threads and resume them.
func falsely(b *built) contest {
	const threads, each = 4, 100
	update := func(connect func(...string) []string) func() (float64, error) {
		return func() (float64, error) {
			out, err := gdbScript(connect(b.counter, strconv.Itoa(threads), strconv.Itoa(each)),
				"break main\ncontinue\nbreak *commit_store if $rsp == 1\n"+timed("continue"), b.counter)
			if err != nil {
				return 0, err
			}
			if want := fmt.Sprintf("sum %d of %d", threads*each, threads*each); !strings.Contains(out, want) {
				sum, err := field(out, "sum")
				return 0, errors.Join(fmt.Errorf("it lost %.0f of %d updates", threads*each-sum, threads*each), err)
			}
			ms, err := field(out, "took")
			return ms * 1e3 / (threads * each), err
		}
	}
	return contest{
		title:  "a false condition on a committing store, 4 threads: one update",
		unit:   "µs",
		target: "2000 at most, and no update lost",
		contenders: []contender{
			{"gdb on rseqstep gdbserver", update(on(b.rseqstep, "gdbserver", "-"))},
			// Killed before gdb loses patience: otherwise it would run on without gdb,
			// for ever.
			{"gdb on gdbserver", update(on("timeout", "--signal=KILL", "100", "gdbserver", "--once", "-"))},
			{"gdb", update(gdbOwn)},
			{"raw C, stop 4 threads", func() (float64, error) {
				ns, err := printed("each", b.rawhold, strconv.Itoa(threads))
				return ns / 1e3, err
			}},
		},
	}
}
