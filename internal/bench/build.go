package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// built holds everything that the contests run: paths of programs, and one source line.
type built struct {
	rseqstep, workerd    string
	workerdConfig        string // a server on a loopback port that the kernel chooses
	loop, units, hotline string
	rawstep, rawunit     string
	rawabort             string
	calls                string
	counter, rawhold     string
	crowd                string
	kernelCount          string
	goloop, gotime, dlv  string // Go programs, and stock Delve
	gohits               string // one as dlv debug builds it
	backend              string // the variable that names our backend: "NAME=path"
	hotPlace, afterHot   string // "hotline.c:22" and the line after it
}

// prepare compiles the C programs into .cache/bench. Precondition: the working
// directory is the module's root.
func prepare(rseqstep string) (*built, error) {
	dir, err := filepath.Abs(filepath.Join(".cache", "bench"))
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	b := &built{
		rseqstep: rseqstep,
		loop:     filepath.Join(dir, "loop"), units: filepath.Join(dir, "units"), hotline: filepath.Join(dir, "hotline"),
		rawstep: filepath.Join(dir, "rawstep"), rawunit: filepath.Join(dir, "rawunit"), rawabort: filepath.Join(dir, "rawabort"),
		calls: filepath.Join(dir, "calls"), counter: filepath.Join(dir, "counter"), rawhold: filepath.Join(dir, "rawhold"),
		crowd:       filepath.Join(dir, "crowd"),
		kernelCount: filepath.Join(dir, "counted"),
		goloop:      filepath.Join(dir, "goloop"), gotime: filepath.Join(dir, "gotime"), gohits: filepath.Join(dir, "gohits"), dlv: filepath.Join(dir, "dlv"),
	}
	for out, pkg := range map[string]string{b.goloop: "./testdata/goloop", b.gotime: "./testdata/gotime", b.dlv: "github.com/go-delve/delve/cmd/dlv"} {
		cmd := exec.Command("go", "build", "-o", out, pkg)
		if msg, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", cmd, err, msg)
		}
	}
	cmd := exec.Command("go", "build", "-gcflags=all=-N -l", "-o", b.gohits, "./testdata/gohits")
	if msg, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", cmd, err, msg)
	}
	backend, err := exec.Command(rseqstep, "dlv", "--print-backend").Output()
	if err != nil {
		return nil, fmt.Errorf("%s dlv --print-backend: %w", rseqstep, err)
	}
	b.backend = "DELVE_DEBUGSERVER_PATH=" + strings.TrimSpace(string(backend))
	for out, source := range map[string]string{
		b.loop: "loop.c", b.units: "units.c", b.hotline: "hotline.c",
		b.rawstep: "bench/rawstep.c", b.rawunit: "bench/rawunit.c", b.rawabort: "bench/rawabort.c",
		b.calls: "bench/calls.c", b.counter: "counter.c", b.rawhold: "bench/rawhold.c",
		b.kernelCount: "bench/counted.c", b.crowd: "bench/crowd.c",
	} {
		cmd := exec.Command("gcc", "-O2", "-g", "-Iinclude", "-pthread", "-o", out, source)
		cmd.Dir = "testdata"
		if msg, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("%s: %w\n%s", cmd, err, msg)
		}
	}
	if b.hotPlace, err = lineOf("hotline.c", "/* the hot line */"); err != nil {
		return nil, err
	}
	if b.afterHot, err = lineOf("hotline.c", "ended = now()"); err != nil {
		return nil, err
	}
	found, err := filepath.Glob(filepath.Join(".cache", "workerd", "*", "workerd"))
	if err != nil {
		return nil, err
	}
	if len(found) > 0 {
		b.workerd, b.workerdConfig = found[len(found)-1], filepath.Join(dir, "workerd.capnp")
		if err := os.WriteFile(b.workerdConfig, []byte(workerdServes), 0o644); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// workerdServes is workerd's configuration of a server with one worker.
const workerdServes = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    serviceWorkerScript = "addEventListener('fetch', e => e.respondWith(new Response('hello')))",
    compatibilityDate = "2023-02-28"))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
`

// lineOf returns the location of the only line in a source of testdata that contains
// mark.
func lineOf(source, mark string) (string, error) {
	text, err := os.ReadFile(filepath.Join("testdata", source))
	if err != nil {
		return "", err
	}
	for i, line := range strings.Split(string(text), "\n") {
		if strings.Contains(line, mark) {
			return fmt.Sprintf("%s:%d", source, i+1), nil
		}
	}
	return "", fmt.Errorf("%s has no line with %q", source, mark)
}
