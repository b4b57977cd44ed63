package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// gdbScript runs gdb's commands, with every word that starts a server or a
// program before them, and returns what gdb printed.
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

// on is how gdb gets a program through a server on a pipe.
func on(server ...string) func(program ...string) []string {
	return func(program ...string) []string {
		return []string{"target remote | " + strings.Join(append(server[:len(server):len(server)], program...), " ")}
	}
}

// gdbOwn is how gdb gets a program by itself.
func gdbOwn(program ...string) []string {
	return []string{"set args " + strings.Join(program[1:], " "), "starti"}
}

// timed is a Python block of gdb's that prints how long a command took, in ms.
func timed(command string) string {
	return "python\nimport time\nt = time.monotonic()\ngdb.execute('" + command + "', to_string=True)\n" +
		"print('\\ntook %.3f' % ((time.monotonic() - t) * 1e3))\nend\n"
}

// took runs gdb and returns what timed printed.
func took(connect []string, script, program string) (float64, error) {
	out, err := gdbScript(connect, script, program)
	if err != nil {
		return 0, err
	}
	return field(out, "took")
}

// gdbStepping compares gdb's own `stepi 20000` on servers, timed inside of gdb.
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

// gdbHotLine compares gdb's `next` over a line of 10,000,000 sections with the
// same line untraced. gdb makes one `next` before, because its first one looks
// for symbols of the C library's.
func gdbHotLine(b *built) contest {
	next := func(connect func(...string) []string, begin string, more ...string) func() (float64, error) {
		return func() (float64, error) {
			return took(connect(append([]string{b.hotline}, more...)...), "break main\n"+begin+"\nnext\nbreak "+b.hotPlace+"\ncontinue\n"+timed("next")+"kill\n", b.hotline)
		}
	}
	return contest{
		title:  "gdb's next over a line of 10,000,000 sections",
		unit:   "ms",
		target: "1.3 × untraced at most; a ratio below 1 is what ours costs",
		contenders: []contender{
			{"gdb on rseqstep gdbserver", next(on(b.rseqstep, "gdbserver", "-"), "continue")},
			{"the same, --multi on a Unix socket", func() (float64, error) { return onSocket(b.rseqstep, next, b.hotline) }},
			{"the same, a line of 1 section", next(on(b.rseqstep, "gdbserver", "-"), "continue", "1")},
			{"gdb on gdbserver", next(on("gdbserver", "--once", "-"), "continue")},
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

// falsely compares what a pass costs that meets a breakpoint on the committing
// store of a section, with a condition that is never true, in 4 threads at once.
// gdb by itself loses updates here, which the program's sums show; the floor is
// what it takes to stop 4 threads and let them go.
func falsely(b *built) contest {
	const threads, adds = "4", "100"
	stop := "python\nlast = gdb.selected_inferior().architecture().disassemble(" + b.section[0] + ", " + b.section[1] + " - 1)[-1]['addr']\n" +
		"gdb.execute('break *%d if $rsp == 1' % last)\nend\n"
	each := func(connect func(...string) []string) func() (float64, error) {
		return func() (float64, error) {
			out, err := gdbScript(connect(b.counter, threads, adds), stop+"continue\n", b.counter)
			if err != nil {
				return 0, err
			}
			sum, err := field(out, "sum")
			if err != nil {
				return 0, err
			}
			want, err := field(out, "of")
			if err != nil {
				return 0, err
			}
			if sum != want {
				return 0, fmt.Errorf("it lost %.0f of %.0f updates", want-sum, want)
			}
			ns, err := field(out, "each")
			return ns / 1e3, err
		}
	}
	return contest{
		title:  "a false condition on a committing store, 4 threads: one pass",
		unit:   "µs",
		target: "2000 at most, and no update lost",
		contenders: []contender{
			{"gdb on rseqstep gdbserver", each(on(b.rseqstep, "gdbserver", "-"))},
			{"gdb on gdbserver", each(on("gdbserver", "--once", "-"))},
			{"gdb", each(gdbOwn)},
			{"raw C, stop 4 threads", func() (float64, error) {
				ns, err := printed("each", b.rawhold, threads)
				return ns / 1e3, err
			}},
		},
	}
}
