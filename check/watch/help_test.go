package watch_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"rseqstep/check"
	"rseqstep/check/rules"
	"rseqstep/check/watch"
	"rseqstep/stepper"
	"rseqstep/stepper/live"
	"rseqstep/stepper/ptrace"
	"rseqstep/stepper/symbols"
	"rseqstep/table/tabletest"
)

// watched is a program that runs under a Watch.
type watched struct {
	t       testing.TB
	process *ptrace.Process
	engine  *stepper.Engine
	symbols *symbols.Set
	watch   *watch.Watch
	stdout  string
}

// launch starts a program and a watch of it.
func launch(t testing.TB, path string, args ...string) *watched {
	t.Helper()
	return launchWith(t, watch.DefaultLimits(), nil, path, args...)
}

// launchWith is launch with limits, and with some more of the environment.
func launchWith(t testing.TB, l watch.Limits, env []string, path string, args ...string) *watched {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	w := &watched{t: t, stdout: filepath.Join(t.TempDir(), "stdout")}
	out, err := os.Create(w.stdout)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	w.process, err = ptrace.Launch(ptrace.LaunchOptions{Path: path, Args: append([]string{path}, args...), Env: append(os.Environ(), env...), Stdout: out, ASLR: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.process.Kill(); err != nil {
			t.Errorf("kill: %v", err)
		}
	})
	w.open(l)
	return w
}

// attach watches a running process.
func attach(t testing.TB, pid int) *watched {
	t.Helper()
	tabletest.NeedPtrace(t)
	w := &watched{t: t}
	var err error
	if w.process, err = ptrace.Attach(pid); err != nil {
		t.Fatal(err)
	}
	w.open(watch.DefaultLimits())
	return w
}

func (w *watched) open(l watch.Limits) {
	w.t.Helper()
	var err error
	w.engine, w.symbols, err = live.Open(w.process, live.Options{Policy: stepper.DefaultPolicy()})
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { w.symbols.Close() })
	w.watch = watch.Start(w.engine, l)
}

// run runs the program for at most a duration (0: to its end) and returns what was seen.
func (w *watched) run(d time.Duration) *watch.Seen {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.t.Context(), tabletest.Patience(2*time.Minute))
	if d > 0 {
		ctx, cancel = context.WithTimeout(ctx, d)
	}
	defer cancel()
	_, err := w.watch.Run(ctx)
	seen, failed := w.watch.Finish()
	if err := errors.Join(err, failed); err != nil {
		w.t.Fatal(err)
	}
	return seen
}

// printed is what the program has printed.
func (w *watched) printed() string {
	w.t.Helper()
	b, err := os.ReadFile(w.stdout)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(b)
}

// judged is the report about what was seen.
func judged(seen *watch.Seen) *check.Report {
	r := check.NewReport("test", "the program", rules.All())
	watch.Judge(seen, r)
	watch.JudgeFiles(seen, r)
	r.Apply(check.Options{})
	return r
}

// onPurpose are the fixtures whose files break a rule on purpose, and which. Their names and reasons are
// in package check/rules.
func onPurpose(source string) []string {
	return map[string][]string{
		"endsinside.c": {"commit-not-last"}, "sections/leave.c": {"commit-not-last"}, "watchin.c": {"store-before-commit"},
	}[source]
}

// withoutPurpose leaves out what a fixture breaks on purpose.
func withoutPurpose(t testing.TB, r *check.Report, source string) {
	t.Helper()
	hits := map[string]bool{}
	r.Findings = slices.DeleteFunc(r.Findings, func(f check.Finding) bool {
		on := slices.Contains(onPurpose(source), f.Rule)
		hits[f.Rule] = hits[f.Rule] || on
		return on
	})
	for _, rule := range onPurpose(source) {
		if !hits[rule] {
			t.Errorf("the file of %s does not show %s", source, rule)
		}
	}
}

// text is a report in words, for messages.
func text(t testing.TB, r *check.Report) string {
	t.Helper()
	var b strings.Builder
	if err := r.WriteText(&b, check.Paint{}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// mark is a line of a fixture that breaks a rule: BREAKS rule [word of the finding].
type mark struct {
	rule, word string
	line       int
}

func (m mark) String() string { return fmt.Sprintf("line %d: %s %s", m.line, m.rule, m.word) }

var marked = regexp.MustCompile(`/\* BREAKS (\S+)(?: (\S+))? \*/`)

// marks are those of a source in testdata.
func marks(t testing.TB, source string) (list []mark) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(tabletest.Root(t), "testdata", source))
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(b), "\n") {
		if m := marked.FindStringSubmatch(line); m != nil {
			list = append(list, mark{rule: m[1], word: m[2], line: n + 1})
		}
	}
	return list
}

// has reports whether a finding is that of a mark: the line is that of the place, or of one of the
// callers that are in the source.
func (m mark) has(f *check.Finding, source string) bool {
	return f.Rule == m.rule && (m.word == "" || strings.Contains(f.Detail, m.word)) &&
		slices.ContainsFunc(append([]check.Place{f.Where}, f.Stack...), func(p check.Place) bool {
			return filepath.Base(p.File) == filepath.Base(source) && p.Line == m.line
		})
}

// compare fails the test unless the findings are those of the marks.
func compare(t testing.TB, r *check.Report, source string, want []mark) {
	t.Helper()
	found := make([]bool, len(r.Findings))
	for _, m := range want {
		n := slices.IndexFunc(r.Findings, func(f check.Finding) bool { return m.has(&f, source) })
		if n < 0 {
			t.Errorf("not found: %v", m)
			continue
		}
		found[n] = true
	}
	for n := range r.Findings {
		if f := &r.Findings[n]; !found[n] {
			t.Errorf("found %s [%s] %s:%d: %s", f.Severity, f.Rule, f.Where.File, f.Where.Line, f.Detail)
		}
	}
	if t.Failed() {
		t.Logf("%s", text(t, r))
	}
}
