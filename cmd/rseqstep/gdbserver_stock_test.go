//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// servers are the programs that run each row, by name: ours under the file name
// gdbserver, and the stock one, whose behaviour the rows describe.
func servers(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{"ours": named(t, "gdbserver"), "stock": "gdbserver"}
}

// named is our program under another file name.
func named(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.Symlink(tabletest.Command(t), path); err != nil {
		t.Fatal(err)
	}
	return path
}

// eachServer runs a test with both.
func eachServer(t *testing.T, run func(t *testing.T, server string)) {
	tabletest.NeedPtrace(t)
	for name, path := range servers(t) {
		t.Run(name, func(t *testing.T) {
			if name == "stock" {
				path = tabletest.NeedTool(t, path)
			}
			run(t, path)
		})
	}
}

// serving is a server that a test has started.
type serving struct {
	t    *testing.T
	cmd  *exec.Cmd
	mu   sync.Mutex
	said bytes.Buffer // standard output and error
	over chan error
}

func (s *serving) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.Write(p)
}

func (s *serving) words() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.said.String()
}

// startServer starts one, and ends it with the test.
func startServer(t *testing.T, server string, args ...string) *serving {
	t.Helper()
	return startWith(t, nil, []string{server}, args...)
}

// startWith is startServer with files for the descriptors 3 and up. The server
// is a command line's beginning.
func startWith(t *testing.T, files []*os.File, server []string, args ...string) *serving {
	t.Helper()
	s := &serving{t: t, cmd: exec.Command(server[0], slices.Concat(server[1:], args)...), over: make(chan error, 1)}
	s.cmd.ExtraFiles = files
	s.cmd.Stdout, s.cmd.Stderr = s, s
	s.cmd.WaitDelay = time.Second // what it was to run may hold the output
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.over <- s.cmd.Wait() }()
	t.Cleanup(func() { s.cmd.Process.Kill() })
	return s
}

// await waits until it has said something, and returns the match.
func (s *serving) await(pattern string) []string {
	s.t.Helper()
	var m []string
	until(s.t, fmt.Sprintf("that the server says %q", pattern), func() bool {
		m = regexp.MustCompile(pattern).FindStringSubmatch(s.words())
		return m != nil
	})
	return m
}

// until waits for something.
func until(t *testing.T, what string, come func() bool) {
	t.Helper()
	for end := time.Now().Add(tabletest.Patience(time.Minute)); !come(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// status waits for its end, and returns its exit status.
func (s *serving) status() int {
	s.t.Helper()
	select {
	case err := <-s.over:
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
			s.t.Fatal(err)
		}
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(tabletest.Patience(time.Minute)):
		s.t.Fatalf("the server does not end; it has said\n%s", s.words())
	}
	return -1
}

// gdbDoes is what gdb prints when it carries out commands.
func gdbDoes(t *testing.T, program string, commands ...string) string {
	t.Helper()
	args := []string{"-nx", "-q", "-batch", "-iex", "set debuginfod enabled off", "-iex", "set debug-file-directory /nonexistent"}
	for _, c := range append([]string{"set confirm off", "set sysroot /", "set tcp connect-timeout 60"}, commands...) {
		args = append(args, "-ex", c)
	}
	ctx, cancel := context.WithTimeout(context.Background(), tabletest.Patience(2*time.Minute))
	defer cancel()
	out, err := exec.CommandContext(ctx, tabletest.NeedTool(t, "gdb"), append(args, program)...).CombinedOutput()
	if ctx.Err() != nil {
		t.Fatalf("gdb does not end: %v\n%s", err, out)
	}
	return string(out)
}

// wanted fails for each pattern that a text does not match.
func wanted(t *testing.T, what, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(text) {
			t.Errorf("%s: %q is missing in\n%s", what, p, text)
		}
	}
}

func words(t *testing.T) string { return tabletest.Build(t, tabletest.Fixture{Source: "words.c"}) }

// knows reports whether the stock gdbserver's help names the options of a command
// line (--debug-file, which all have, it leaves out): gdb 18's has --debug=COMPONENT
// for some of gdb 13's.
func knows(t *testing.T, line string) bool {
	help, err := exec.Command("gdbserver", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range strings.Fields(line) {
		if strings.HasPrefix(w, ":") {
			break
		}
		if name, _, _ := strings.Cut(w, "="); strings.HasPrefix(name, "--") && name != "--" && name != "--debug-file" && !strings.Contains(string(help), name) {
			return false
		}
	}
	return true
}

// gdb runs a program to its end on each command line, with the stock gdbserver and with
// ours. The rows state what they print, how they end, and what the program sees.
func TestGDBServersCommandLines(t *testing.T) {
	program := words(t)
	const (
		created = `(?m)^Process PROG created; pid = \d+$`
		from    = `(?m)^Remote debugging from host (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1), port \d+$`
		ended   = `(?m)^Child exited with status 3$`
	)
	all := map[string]struct {
		line   string   // PROG is the program
		at     string   // the host that gdb is given, "localhost" by default
		target string   // "remote" by default
		gdb    []string // after it has connected; "continue" by default
		server []string // what it says, besides the port
		prints string   // the program
		ours   bool     // the stock one of before gdb 16 does not have it
	}{
		"port":         {line: ":0 PROG a b", server: []string{created, from, ended}, prints: `\[a\]\[b\] wrapped not, randomized 0`},
		"localhost":    {line: "localhost:0 PROG", server: []string{created, from, ended}},
		"IPv4":         {line: "127.0.0.1:0 PROG", at: "127.0.0.1", server: []string{created, from, ended}},
		"the other":    {line: ":0 PROG", at: "127.0.0.1", server: []string{created, from, ended}},
		"IPv6":         {line: "::1:0 PROG", at: "[::1]", server: []string{created, from, ended}},
		"brackets":     {line: "[::1]:0 PROG", at: "::1", server: []string{created, from, ended}},
		"tcp":          {line: "tcp:localhost:0 PROG", ours: true, server: []string{created, from, ended}},
		"tcp4":         {line: "tcp4:localhost:0 PROG", at: "127.0.0.1", ours: true, server: []string{created, from, ended}},
		"tcp6":         {line: "tcp6:::1:0 PROG", at: "::1", ours: true, server: []string{created, from, ended}},
		"once":         {line: "--once :0 PROG", server: []string{created, from, ended}},
		"options end":  {line: "--once :0 PROG --once -- --attach", prints: `\[--once\]\[--\]\[--attach\] wrapped`},
		"plain words":  {line: ":0 PROG *.c $HOME > x", prints: `\[\*\.c\]\[\$HOME\]\[>\]\[x\] wrapped`},
		"no shell":     {line: "--no-startup-with-shell :0 PROG *", prints: `\[\*\] wrapped`},
		"shell":        {line: "--startup-with-shell :0 PROG *", prints: `\[\*\] wrapped`},
		"wrapper":      {line: "--wrapper env WRAPPED=yes -- :0 PROG a", server: []string{created}, prints: `\[a\] wrapped yes`},
		"more after":   {line: "--wrapper env -u HOME WRAPPED=yes -- --once :0 PROG", server: []string{created}, prints: `wrapped yes`},
		"fixed":        {line: "--disable-randomization :0 PROG", prints: `randomized 0`},
		"randomized":   {line: "--no-disable-randomization :0 PROG", prints: `randomized 1`},
		"debug":        {line: "--debug --debug-format=all :0 PROG", server: []string{`(?m)^\d+\.\d+ +\[threads\] `, created, ended}},
		"remote debug": {line: "--remote-debug :0 PROG", server: []string{`(?m)^\[remote\] .*(putpkt|getpkt)`, ended}},
		"debug remote": {line: "--debug=remote :0 PROG", ours: true, server: []string{`(?m)^\[remote\] .*(putpkt|getpkt)`, ended}},
		"debug all":    {line: "--debug=all,-remote --debug-format=all :0 PROG", ours: true, server: []string{`(?m)^\d+\.\d+ +\[threads\] `, `(?m)^\d+\.\d+ +\[event-loop\] `, ended}},
		"event loop":   {line: "--event-loop-debug :0 PROG", server: []string{`(?m)^\[event-loop\] `, ended}},
		"debug file":   {line: "--remote-debug --debug-file=FILE :0 PROG", server: []string{created, ended}},
		"no vCont":     {line: "--disable-packet=vCont :0 PROG", server: []string{ended}},
		"no Tthread":   {line: "--disable-packet=Tthread,qC :0 PROG", server: []string{ended}},
		"no threads":   {line: "--disable-packet=threads :0 PROG", server: []string{ended}},
		"no T":         {line: "--disable-packet=T,qfThreadInfo :0 PROG", server: []string{ended}},
		"detach":       {line: "--once :0 PROG", gdb: []string{"detach"}, server: []string{`(?m)^Detaching from process \d+$`}, prints: "wrapped"},
		"signal":       {line: ":0 PROG", gdb: []string{"signal SIGTERM"}, server: []string{`(?m)^Child terminated with signal = 0xf \(SIGTERM\)$`}},
		"multi": {line: "--multi --once :0", target: "extended-remote", gdb: []string{"set remote exec-file PROG", "run 1 2"},
			server: []string{from, created, ended}, prints: `\[1\]\[2\] wrapped`},
		"multi wraps": {line: "--wrapper env WRAPPED=yes -- --multi --once :0", target: "extended-remote",
			gdb: []string{"set remote exec-file PROG", "run 1"}, server: []string{created}, prints: `\[1\] wrapped yes`},
		"exit":                   {line: "--multi :0 PROG", target: "extended-remote", gdb: []string{"monitor exit"}, server: []string{`(?m)^Killing process\(es\): \d+$`}},
		"exit without a program": {line: "--multi :0", target: "extended-remote", gdb: []string{"monitor exit"}},
	}
	eachServer(t, func(t *testing.T, server string) {
		for _, name := range tabletest.SomeKeys(t, 8, all) {
			row := all[name]
			if stock := !strings.HasPrefix(server, os.TempDir()); stock && (row.ours || !knows(t, row.line)) {
				continue
			}
			t.Run(name, func(t *testing.T) {
				fill := strings.NewReplacer("PROG", program, "FILE", filepath.Join(t.TempDir(), "debug"))
				s := startServer(t, server, strings.Fields(fill.Replace(row.line))...)
				port := s.await(`(?m)^Listening on port (\d+)$`)[1]
				at, target, commands := "localhost", "remote", []string{"continue"}
				if row.at != "" {
					at = row.at
				}
				if row.target != "" {
					target = row.target
				}
				if row.gdb != nil {
					commands = row.gdb
				}
				for i, c := range commands {
					commands[i] = fill.Replace(c)
				}
				out := gdbDoes(t, program, append([]string{"target " + target + " " + at + ":" + port}, commands...)...)
				if status := s.status(); status != 0 {
					t.Errorf("the server ends with status %d", status)
				}
				if strings.Contains(strings.Join(commands, " "), "continue") {
					wanted(t, "gdb", out, `exited with code 03`)
				}
				for _, p := range append(row.server, row.prints) {
					wanted(t, "the server", s.words(), strings.ReplaceAll(p, "PROG", regexp.QuoteMeta(program)))
				}
				if strings.Contains(row.line, "FILE") {
					lines, err := os.ReadFile(fill.Replace("FILE"))
					if wanted(t, "the file", string(lines), `\[remote\] `); err != nil {
						t.Error(err)
					}
				}
			})
		}
	})
}

// Standard input and output, by gdb's own pipe.
func TestGDBServersOnStandardInputAndOutput(t *testing.T) {
	program := words(t)
	eachServer(t, func(t *testing.T, server string) {
		for _, how := range []string{"-", "stdio"} {
			out := gdbDoes(t, program, "target remote | "+server+" --once "+how+" "+program+" a", "continue")
			wanted(t, how, out, `stdin/stdout redirected`, `Process \S+ created; pid = \d+`, `Remote debugging using stdio`,
				`\[a\] wrapped not`, `exited with code 03`)
			if strings.Contains(out, "Child exited") { // gdb has said so
				t.Errorf("%s: the program's end is told twice:\n%s", how, out)
			}
		}
	})
}

// A serial line: two pseudo-terminals, joined.
func TestGDBServersOnASerialLine(t *testing.T) {
	program := words(t)
	eachServer(t, func(t *testing.T, server string) {
		left, leftEnd := tabletest.Terminal(t)
		right, rightEnd := tabletest.Terminal(t)
		for _, f := range []*os.File{left, leftEnd, right, rightEnd} {
			defer f.Close()
		}
		go io.Copy(left, right)
		go io.Copy(right, left)
		s := startServer(t, server, "--once", leftEnd.Name(), program, "a")
		s.await(`Remote debugging using ` + regexp.QuoteMeta(leftEnd.Name()))
		out := gdbDoes(t, program, "target remote "+rightEnd.Name(), "continue")
		wanted(t, "gdb", out, "exited with code 03")
		wanted(t, "the server", s.words(), `\[a\] wrapped not`, `Child exited with status 3`)
		s.cmd.Process.Kill() // a line does not show that nobody is there any more
		s.status()
	})
}

// Both attach to a running process, in every form of the command line, and detach from
// it.
func TestGDBServersAttach(t *testing.T) {
	program := words(t)
	lines := map[string]bool{"--attach :0 PID": true, ":0 --attach PID": true, "--once --attach :0 PID": true, // gdbserver's
		"--attach PID :0": false, "--attach=PID :0": false} // ours alone
	eachServer(t, func(t *testing.T, server string) {
		for line, both := range lines {
			if !both && !strings.HasPrefix(server, os.TempDir()) {
				continue
			}
			t.Run(line, func(t *testing.T) {
				cmd := exec.Command(program, "wait", "b")
				in, err := cmd.StdinPipe()
				if err != nil {
					t.Fatal(err)
				}
				var out bytes.Buffer
				cmd.Stdout = &out
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				defer cmd.Process.Kill()
				s := startServer(t, server, strings.Fields(strings.ReplaceAll(line, "PID", fmt.Sprint(cmd.Process.Pid)))...)
				s.await(fmt.Sprintf(`(?m)^Attached; pid = %d$`, cmd.Process.Pid))
				port := s.await(`(?m)^Listening on port (\d+)$`)[1]
				gdbDoes(t, program, "target remote localhost:"+port, "detach")
				if status := s.status(); status != 0 {
					t.Errorf("the server ends with status %d", status)
				}
				wanted(t, "the server", s.words(), fmt.Sprintf(`(?m)^Detaching from process %d$`, cmd.Process.Pid))
				fmt.Fprintln(in)
				if cmd.Wait(); cmd.ProcessState.ExitCode() != 3 {
					t.Errorf("the process does not go on as before: %v\n%s", cmd.ProcessState, out.String())
				}
			})
		}
	})
}

// After a wrong command line, or one that only asks for information, neither server
// stays.
func TestGDBServersRefuseAndAnswer(t *testing.T) {
	program := words(t)
	all := map[string]struct {
		line    string
		status  int
		ours    string // a pattern of what ours says
		stock   string // and the stock one; "" is not tried. What a program cannot be run for its $SHELL says
		nothing bool   // no "Exiting": nothing had begun
		varies  bool   // the stock one's status does
	}{
		"unknown option":      {line: "--bad :0 PROG", status: 1, ours: `unknown flag: --bad`, stock: `Unknown argument: --bad`, nothing: true},
		"nothing":             {status: 1, ours: `give an address`, stock: `Usage:`, nothing: true},
		"no program":          {line: ":0", status: 1, ours: `give a program`, stock: `Usage:`, nothing: true},
		"multi without COMM":  {line: "--multi", status: 1, ours: `give an address`, stock: `Usage:`, nothing: true},
		"attach without PID":  {line: "--attach :0", status: 1, ours: `needs a process id`, stock: `Usage:`, nothing: true},
		"attach no number":    {line: "--attach :0 abc", status: 1, ours: `"abc" is not a process id`, stock: `Usage:`, nothing: true},
		"attach and more":     {line: "--attach :0 1 2", status: 1, ours: `cannot be combined`, stock: `Usage:`, nothing: true},
		"attach nobody":       {line: "--attach :0 99999999", status: 1, ours: `cannot attach to process 99999999`, stock: `Cannot attach to process 99999999`},
		"wrapper without end": {line: "--wrapper env :0 PROG", status: 1, ours: `--wrapper needs a command, and "--"`, stock: `Usage:`, nothing: true},
		"empty wrapper":       {line: "--wrapper -- :0 PROG", status: 1, ours: `--wrapper needs a command`, stock: `Usage:`, nothing: true},
		"wrapper that ends":   {line: "--wrapper false -- :0 PROG", status: 1, ours: `uring startup program exited with code 1`, stock: `uring startup program exited with code 1`},
		"missing program":     {line: ":0 /nonexistent/prog", status: 1, ours: `cannot exec /nonexistent/prog: .*no such file`, stock: `No such file|not found`},
		"missing, no shell":   {line: "--no-startup-with-shell :0 /nonexistent/prog", status: 1, ours: `cannot exec /nonexistent/prog`, stock: `Cannot exec /nonexistent/prog`},
		"not executable":      {line: ":0 /etc/passwd", status: 1, ours: `cannot exec /etc/passwd: .*not executable`, stock: `cannot execute|Permission denied`},
		"missing on stdio":    {line: "- /nonexistent/prog", status: 1, ours: `cannot exec`, stock: `No such file|not found`},
		"no device":           {line: "/nonexistent/tty PROG", status: 1, ours: `neither an address nor a device`, stock: `Could not open remote device`},
		"no address":          {line: "localhost PROG", status: 1, ours: `neither an address nor a device`, stock: `Could not open remote device`},
		"no port":             {line: "localhost:xx PROG", status: 1, ours: `"xx" is not a port`, stock: `cannot resolve name`, nothing: true},
		"no terminal":         {line: "/dev/null PROG", status: 1, ours: `not a terminal device`},
		"port too high":       {line: ":99999 PROG", status: 1, ours: `"99999" is not a port`, nothing: true},
		"port alone":          {line: "2345 PROG", status: 1, ours: `for a port give ":2345"`, stock: `Could not open remote device`, nothing: true},
		"udp":                 {line: "udp:localhost:0 PROG", status: 1, ours: `UDP is not supported`, stock: `cannot resolve name`, nothing: true},
		"unknown packet":      {line: "--disable-packet=bogus :0 PROG", status: 1, ours: `how to disable "bogus"(?s:.*)qfThreadInfo`, stock: `how to disable "bogus"(?s:.*)qfThreadInfo`, nothing: true},
		"unknown component":   {line: "--debug=bogus :0 PROG", status: 1, ours: `unknown debug component "bogus": it can be threads`, nothing: true},
		"unknown format":      {line: "--debug-format=bogus :0 PROG", status: 1, ours: `debug-format argument: "bogus"`, stock: `debug-format argument: "bogus"`, nothing: true},
		"version":             {line: "--version", ours: `^gdbserver by rseqstep`, stock: `^GNU gdbserver`, nothing: true},
		"help":                {line: "--help", ours: `--attach COMM PID`, stock: `--attach COMM PID`, nothing: true},
		"packets":             {line: "--disable-packet", ours: `^Disableable packets:\n  vCont`, stock: `^Disableable packets:\n  vCont`, nothing: true, varies: true}, // gdb 18: 1
		"self test":           {line: "--selftest", ours: `^Selftests have been disabled for this build\.$`, nothing: true},
	}
	eachServer(t, func(t *testing.T, server string) {
		for name, row := range all {
			pattern, stock := row.ours, !strings.HasPrefix(server, os.TempDir())
			if stock {
				if pattern = row.stock; pattern == "" {
					continue
				}
			}
			t.Run(name, func(t *testing.T) {
				s := startServer(t, server, strings.Fields(strings.ReplaceAll(row.line, "PROG", program))...)
				if status := s.status(); status != row.status && !(stock && row.varies) {
					t.Errorf("status %d, not %d", status, row.status)
				}
				wanted(t, "the server", s.words(), "(?m)"+pattern)
				if !row.nothing {
					wanted(t, "the server", s.words(), `(?m)^Exiting$`)
				}
			})
		}
	})
}

// The server ends even if a wrapper never executes the program.
func TestGDBServerEndsWhileTheWrapperRuns(t *testing.T) {
	tabletest.NeedPtrace(t)
	program := words(t)
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	s := &serving{t: t, cmd: exec.Command(named(t, "gdbserver"), "--wrapper", program, "wait", "--", ":0", program), over: make(chan error, 1)}
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = r, s, s
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.over <- s.cmd.Wait() }()
	t.Cleanup(func() { s.cmd.Process.Kill() })
	children := fmt.Sprintf("/proc/%d/task/*/children", s.cmd.Process.Pid) // proc_pid_task(5)
	until(t, "the wrapper", func() bool {
		files, _ := filepath.Glob(children)
		return slices.ContainsFunc(files, func(f string) bool {
			list, err := os.ReadFile(f)
			return err == nil && len(list) > 0
		})
	})
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if status := s.status(); status != 1 {
		t.Errorf("status %d", status)
	}
	wanted(t, "the server", s.words(), `interrupted before it started the program`, `(?m)^Exiting$`)
}

// A server that lets clients choose waits for the next one, and says so.
func TestGDBServersStayForTheNextClient(t *testing.T) {
	program := words(t)
	eachServer(t, func(t *testing.T, server string) {
		s := startServer(t, server, "--multi", ":0")
		port := s.await(`(?m)^Listening on port (\d+)$`)[1]
		for _, last := range []string{"disconnect", "monitor exit"} {
			out := gdbDoes(t, program, "target extended-remote localhost:"+port, "set remote exec-file "+program, "run", last)
			wanted(t, "gdb", out, "exited with code 03")
			if last == "disconnect" {
				s.await(`(?m)^Remote side has terminated connection\.  GDBserver will reopen the connection\.\nListening on port ` + port + `$`)
			}
		}
		if status := s.status(); status != 0 {
			t.Errorf("the server ends with status %d", status)
		}
	})
}

// gdbserver's monitor commands say the same with both. gdb 18's server has other words
// and one command for three of gdb 13's; ours has them all.
func TestGDBServersMonitorCommands(t *testing.T) {
	program := words(t)
	commands := []struct{ line, says string }{
		{"set debug 1", `(?:Debug|General debug) output enabled\.`},
		{"set debug 0", `(?:Debug|All debug) output disabled\.`},
		{"set debug-hw-points 1", `H/W point debugging output enabled\.`},
		{"set debug-hw-points 0", `H/W point debugging output disabled\.`},
		{"set remote-debug 1", `Protocol debug output enabled\.`},
		{"set remote-debug 0", `Protocol debug output disabled\.`},
		{"set event-loop-debug 1", `Event loop debug output enabled\.`},
		{"set event-loop-debug 0", `Event loop debug output disabled\.`},
		{"set debug-format bogus", `nknown debug-format argument: "bogus"`},
		{"set debug-format none", `All extra debug format options disabled\.`},
		{"set libthread-db-search-path /lib:/x", "libthread-db-search-path set to `/lib:/x'"},
		{"set debug remote on", `Debug output of remote enabled\.`},
		{"set debug remote off", `Debug output of remote disabled\.`},
		{"help", `(?s)set debug .*set debug-format .*exit`},
		{"nonsense", `(?s)monitor command.*set debug`},
	}
	eachServer(t, func(t *testing.T, server string) {
		s := startServer(t, server, ":0", program)
		port := s.await(`(?m)^Listening on port (\d+)$`)[1]
		script := []string{"target remote localhost:" + port}
		for _, c := range commands {
			script = append(script, `echo --\n`, "monitor "+c.line)
		}
		parts := strings.Split(gdbDoes(t, program, append(script, "monitor exit")...), "--\n")
		if len(parts) != len(commands)+1 {
			t.Fatalf("%d answers to %d commands: %q", len(parts)-1, len(commands), parts)
		}
		for i, c := range commands {
			stock := !strings.HasPrefix(server, os.TempDir())
			if stock && (strings.HasPrefix(c.line, "set debug remote") || strings.Contains(parts[i+1], "Unknown monitor command")) {
				continue // of another gdb
			}
			wanted(t, c.line, parts[i+1], c.says)
		}
		if status := s.status(); status != 0 {
			t.Errorf("the server ends with status %d", status)
		}
		wanted(t, "the server", s.words(), `\[remote\] .*putpkt`, `(?m)^Killing process\(es\): \d+$`)
	})
}
