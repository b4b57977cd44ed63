package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// fixture is a program that detects damage to itself.
type fixture struct {
	name    string
	sources []string // in testdata; breakpoints go on lines of the first
	library string   // a source in testdata for a library, the program's first argument
	builds  []string // compiler flags, one build each, besides -O0 and -O2
	args    []string
	env     []string
	prints  string // its whole output, a regular expression
	code    int    // exit status
	killed  string // the signal that kills it, instead of an exit status
	watch   []string
	service bool // runs until a line arrives on its standard input: the debugger attaches to it
	path    string
}

func fixtures() []fixture {
	const sums = `sum (\d+) of \d+, nodes 64 of 64, `
	ways := []string{"", "-DFIX_NEAR", "-DFIX_OWN", "-DFIX_FLAT", "-DFIX_CALL"}
	return []fixture{
		{name: "percpu", sources: []string{"percpu.c"}, builds: ways, args: []string{"4", "200", "20"}, prints: sums + `stepped 20, aborts \d+\n`, watch: []string{"slots[0].count", "slots[1].list"}},
		{name: "seed", sources: []string{"seed.c"}, builds: ways, prints: `attempts [1-9]\d*\n`},
		{name: "service", sources: []string{"service.c"}, builds: ways, args: []string{"4"}, prints: sums + `aborts \d+\ncheck ok\n`, watch: []string{"slots[0].count"}, service: true},
		{name: "churn", sources: []string{"service.c"}, builds: ways, args: []string{"2", "2"}, prints: sums + `aborts \d+\ncheck ok\n`, watch: []string{"slots[1].count"}, service: true},
		{name: "units", sources: []string{"units.c"}, builds: ways, args: []string{"300"}, prints: `aborts \d+ attempts \d+ sum 300\n`},
		{name: "sidexit", sources: []string{"sidexit.c"}, builds: ways, args: []string{"50"}, prints: `committed \d+ aside \d+ copied 50 aborts \d+\n`},
		{name: "threads", sources: []string{"threads.c"}, builds: ways, args: []string{"40"}, prints: `threads 40 sum 40\n`},
		{name: "counter", sources: []string{"counter.c"}, builds: ways, args: []string{"3", "50"}, prints: `sum 150 of 150.*\n`, watch: []string{"slots[0].count"}},
		{name: "watchin", sources: []string{"watchin.c"}, builds: ways, prints: `(?s).*`, watch: []string{"staged", "done"}},
		{name: "ownreg", sources: []string{"ownreg.c"}, args: []string{"50"}, prints: `area 0x[0-9a-f]+ size (32|\d*[02468]) sum 50 aborts \d+\n`},
		{name: "asm", sources: []string{"asmmain.c", "asm.S"}, prints: `sum 30 limited 6 added 6 aside 4\n`},
		{name: "library", sources: []string{"dlmain.c"}, library: "libsec.c", args: []string{"20"}, prints: `(?s).*`},
		{name: "fork", sources: []string{"fork.c"}, prints: `forked 5 vforked 6 v 1\n`},
		{name: "exec", sources: []string{"exec.c"}, prints: `executed\n`},
		{name: "sig", sources: []string{"sig.c"}, prints: `usr1 3 alarms enough\n`},
		{name: "storm", sources: []string{"storm.c"}, args: []string{"300000"}, prints: `(?s).*`},
		{name: "longcopy", sources: []string{"longcopy.c"}, args: []string{"2000"}, prints: `(?s).*`},
		{name: "vdso", sources: []string{"vdso.c"}, prints: `ok\n`},
		{name: "inline", sources: []string{"inline.c"}, prints: `total 108\n`},
		{name: "recurse", sources: []string{"recurse.c"}, prints: `fib 55 depth 21\n`},
		{name: "longjmp", sources: []string{"longjmp.c"}, prints: `got 7 rounds 1\n`},
		{name: "cxx", sources: []string{"cxx.cc"}, prints: `counter 15 caught 2 larger 4 1\.50\n`},
		{name: "switch", sources: []string{"switch.c"}, prints: `sum 178\n`},
		{name: "watch", sources: []string{"watch.c"}, prints: `watched 3 pair 0 9 local 6\n`, watch: []string{"watched", "pair.second"}},
		{name: "crash", sources: []string{"crash.c"}, prints: `about to crash\n`, killed: "SIGSEGV"},
		{name: "exit7", sources: []string{"exit7.c"}, code: 7},
		{name: "workerd", args: []string{"--version"}, prints: `workerd .*\n`,
			// Its tcmalloc registers an area of its own, unless glibc has registered
			// one.
			env: []string{"GLIBC_TUNABLES=glibc.pthread.rseq=0"}},
	}
}

// choose returns the programs, one for each way to build a fixture, without workerd if
// it was not fetched. Precondition: the working directory is the module's root.
func choose(only string) ([]program, error) {
	var all []program
	for _, f := range fixtures() {
		if only != "" && f.name != only {
			continue
		}
		if f.sources == nil {
			found, err := filepath.Glob(".cache/workerd/*/workerd")
			if err != nil {
				return nil, err
			}
			if len(found) == 0 {
				continue
			}
			if f.path, err = filepath.Abs(found[len(found)-1]); err != nil {
				return nil, err
			}
			all = append(all, program{fixture: f})
			continue
		}
		for _, opt := range []string{"-O0", "-O2"} {
			for _, way := range f.ways() {
				p := program{fixture: f, opt: opt, way: way}
				p.name = f.name + opt + way
				all = append(all, p)
			}
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("there is no fixture %q", only)
	}
	return all, nil
}

func (f fixture) ways() []string {
	if f.builds == nil {
		return []string{""}
	}
	return f.builds
}

// build compiles a program, once. Programs to attach to have fixed addresses, so that
// addresses can be chosen before they run; so have half of the others.
func (p *program) build(dir string) error {
	if p.path != "" {
		return nil
	}
	path := filepath.Join(dir, p.name)
	flags := []string{p.opt, "-g", "-Iinclude", "-pthread"}
	if p.service || p.opt == "-O2" {
		flags = append(flags, "-fno-pie", "-no-pie")
	}
	if p.way != "" {
		flags = append(flags, p.way)
	}
	if p.library != "" {
		lib := path + ".so"
		if err := compile("-g", "-Iinclude", "-fPIC", "-shared", p.opt, p.library, "-o", lib); err != nil {
			return err
		}
		p.args = append([]string{lib}, p.args...)
	}
	if err := compile(append(append(flags, p.sources...), "-o", path)...); err != nil {
		return err
	}
	p.path = path
	return p.readPlaces()
}

func compile(args ...string) error {
	name := "gcc"
	for _, a := range args {
		if filepath.Ext(a) == ".cc" {
			name = "g++"
		}
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = "testdata"
	if msg, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, msg)
	}
	return nil
}

// said reports whether the output of a whole run is correct.
func (f fixture) said(file string) error {
	out, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`^(?:` + f.prints + `)$`).Match(out) {
		return fmt.Errorf("output: the program printed %q, not %s", out, f.prints)
	}
	return nil
}
