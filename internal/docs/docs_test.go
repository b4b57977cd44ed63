package docs

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"rseqstep/table/tabletest"
)

// TestEveryCommandOfThePagesDoesWhatItShows carries out README.md and docs/.
func TestEveryCommandOfThePagesDoesWhatItShows(t *testing.T) {
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	for _, tool := range []string{"bash", "gcc", "gdb", "lldb", "go"} {
		tabletest.NeedTool(t, tool)
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	bin := filepath.Dir(tabletest.Command(t))
	workerd := tabletest.NeedWorkerd(t)
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(pages) == 0 {
		t.Fatalf("no pages: %v", err)
	}
	for _, page := range tabletest.Some(t, 3, append(pages, filepath.Join(root, "README.md"))) {
		t.Run(filepath.Base(page), func(t *testing.T) {
			text, err := os.ReadFile(page)
			if err != nil {
				t.Fatal(err)
			}
			for _, n := range Stray(string(text)) {
				t.Errorf("%s:%d: a command outside a console block, which nothing runs", filepath.Base(page), n)
			}
			if strings.Contains(string(text), "$ rseqstep stat ") {
				tabletest.NeedTracepoint(t)
			}
			dir := t.TempDir()
			for name, target := range map[string]string{"testdata": filepath.Join(root, "testdata"), "workerd": workerd} {
				if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			for _, s := range Sessions(string(text)) {
				got, err := carryOut(dir, bin, s)
				if line, missing := Missing(s.Output, got); missing || err != nil {
					t.Fatalf("%s:%d: $ %s\n%v\nmissing: %q\nin:\n%s", filepath.Base(page), s.Line, s.Command, err, line, got)
				}
			}
		})
	}
}

// carryOut runs a session in the folder, at most two minutes long; its output
// and errors as one text. A command may end with any status: the page shows what
// it prints.
func carryOut(dir, bin string, s Session) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), tabletest.Patience(2*time.Minute))
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "-c", s.withInput(dir))
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"), "HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CACHE_HOME="+filepath.Join(dir, "cache"),
		"NO_COLOR=1", "GOFLAGS=-mod=mod", "GOPATH="+goEnv("GOPATH"), "GOCACHE="+goEnv("GOCACHE"), "GOMODCACHE="+goEnv("GOMODCACHE"))
	cmd.Stdin = strings.NewReader(strings.Join(s.Input, "\n") + "\n")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	out, _ := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return string(out), fmt.Errorf("not done after two minutes")
	}
	return string(out), nil
}

// withInput is the command for bash. lldb does not wait for a command to end before
// it reads the next one from a pipe: it gets a file of them.
func (s Session) withInput(dir string) string {
	if s.Prompt != "(lldb) " {
		return s.Command
	}
	script := filepath.Join(dir, "lldb-input")
	if err := os.WriteFile(script, []byte(strings.Join(s.Input, "\n")+"\n"), 0o600); err != nil {
		return s.Command
	}
	return s.Command + " --batch --no-use-colors --source " + script
}

func goEnv(name string) string {
	out, err := exec.Command("go", "env", name).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}
