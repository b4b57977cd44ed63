package gdbscripts

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// miRecord is one line of GDB/MI: TOKEN^done,RESULTS, *stopped,RESULTS, ~"text". See
// gdb's manual, "GDB/MI Output Syntax".
type miRecord struct {
	token   string
	kind    byte           // one of ^*+=~@&, or 0 for a line that is not MI's: the program's
	class   string         // done, stopped; of a stream its text
	results map[string]any // strings, []any and map[string]any
}

// text is a result: path names it by its keys.
func (r miRecord) text(path ...string) string {
	var v any = r.results
	for _, key := range path {
		if m, ok := v.(map[string]any); ok {
			v = m[key]
		} else {
			v = nil
		}
	}
	s, _ := v.(string)
	return s
}

func parseMI(line string) miRecord {
	i := strings.IndexFunc(line, func(r rune) bool { return r < '0' || r > '9' })
	if i < 0 || !strings.ContainsRune("^*+=~@&", rune(line[i])) {
		return miRecord{class: line}
	}
	r := miRecord{token: line[:i], kind: line[i]}
	p := &miText{rest: line[i+1:]}
	if strings.IndexByte("~@&", r.kind) >= 0 {
		r.class = p.str()
		return r
	}
	r.class, _, _ = strings.Cut(p.rest, ",")
	p.rest = strings.TrimPrefix(p.rest[len(r.class):], ",")
	r.results = p.pairs("")
	return r
}

// miText is the part of a line that is still to be parsed.
type miText struct{ rest string }

// pairs are NAME=VALUE,NAME=VALUE up to the end byte, which it consumes.
func (p *miText) pairs(end string) map[string]any {
	m := map[string]any{}
	for p.rest != "" && !strings.HasPrefix(p.rest, end+"\x00") {
		if end != "" && strings.HasPrefix(p.rest, end) {
			p.rest = p.rest[1:]
			break
		}
		name, after, ok := strings.Cut(p.rest, "=")
		if !ok {
			break
		}
		p.rest = after
		m[name] = p.value()
		p.rest = strings.TrimPrefix(p.rest, ",")
	}
	return m
}

func (p *miText) value() any {
	switch {
	case strings.HasPrefix(p.rest, `"`):
		return p.str()
	case strings.HasPrefix(p.rest, "{"):
		p.rest = p.rest[1:]
		return p.pairs("}")
	case strings.HasPrefix(p.rest, "["):
		p.rest = p.rest[1:]
		var list []any
		for p.rest != "" && p.rest[0] != ']' {
			if i := strings.IndexAny(p.rest, `"{[=`); i > 0 && p.rest[i] == '=' {
				p.rest = p.rest[i+1:] // a list of results: frame={…}
			}
			list = append(list, p.value())
			p.rest = strings.TrimPrefix(p.rest, ",")
		}
		p.rest = strings.TrimPrefix(p.rest, "]")
		return list
	}
	p.rest = ""
	return nil
}

// str is a C string.
func (p *miText) str() string {
	for i := 1; i < len(p.rest); i++ {
		switch p.rest[i] {
		case '\\':
			i++
		case '"':
			s, err := strconv.Unquote(p.rest[:i+1])
			if err != nil {
				s = p.rest[1:i] // an octal escape that Go does not have
			}
			p.rest = p.rest[i+1:]
			return s
		}
	}
	return ""
}

// front is an editor that talks GDB/MI with a gdb.
type front struct {
	t    *testing.T
	in   io.Writer
	next int // token of the next command

	mu      sync.Mutex
	records []miRecord
	seen    int // how many of them have been waited for
	over    bool
}

func startFront(t *testing.T, cmd *exec.Cmd) *front {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = cmd.Stdout
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		limit := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() })
		defer limit.Stop()
		_ = cmd.Wait()
	})
	return talkMI(t, in, out)
}

// talkMI makes a front of gdb's standard input and output.
func talkMI(t *testing.T, in io.Writer, out io.Reader) *front {
	f := &front{t: t, in: in}
	go func() {
		lines := bufio.NewReader(out)
		for {
			line, err := lines.ReadString('\n')
			f.mu.Lock()
			if err != nil {
				f.over = true
			} else {
				f.records = append(f.records, parseMI(strings.TrimRight(line, "\r\n")))
			}
			f.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	return f
}

// wait returns the next record that is wanted, after those waited for before.
func (f *front) wait(what string, wanted func(miRecord) bool) miRecord {
	f.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(2 * time.Millisecond) {
		f.mu.Lock()
		over := f.over
		for f.seen < len(f.records) {
			r := f.records[f.seen]
			f.seen++
			if wanted(r) {
				f.mu.Unlock()
				return r
			}
		}
		f.mu.Unlock()
		if over {
			break
		}
	}
	f.t.Fatalf("no %s; gdb says\n%s", what, f.said())
	return miRecord{}
}

func (f *front) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var b strings.Builder
	for _, r := range f.records {
		fmt.Fprintf(&b, "%s%c%s %v\n", r.token, max(r.kind, ' '), r.class, r.results)
	}
	return b.String()
}

// do gives a command, and returns its result, which must not be an error.
func (f *front) do(format string, args ...any) miRecord {
	f.t.Helper()
	f.next++
	token, command := strconv.Itoa(f.next), fmt.Sprintf(format, args...)
	if _, err := fmt.Fprintf(f.in, "%s%s\n", token, command); err != nil {
		f.t.Fatal(err)
	}
	r := f.wait("result of "+command, func(r miRecord) bool { return r.kind == '^' && r.token == token })
	if r.class == "error" {
		f.t.Fatalf("%s: %s\n%s", command, r.text("msg"), f.said())
	}
	return r
}

// stop returns how the program stops next.
func (f *front) stop() miRecord {
	f.t.Helper()
	return f.wait("stop", func(r miRecord) bool { return r.kind == '*' && r.class == "stopped" })
}

// runTo gives a command that lets the program run, and returns its stop, which must have
// the reason.
func (f *front) runTo(reason, format string, args ...any) miRecord {
	f.t.Helper()
	f.do(format, args...)
	r := f.stop()
	if r.text("reason") != reason {
		f.t.Fatalf("%s stops with %v, not %s\n%s", fmt.Sprintf(format, args...), r.results, reason, f.said())
	}
	return r
}
