package check

import (
	"cmp"
	"fmt"
	"io"
	"path"
	"strings"
)

// Paint colours parts of the text for a terminal. A nil function leaves its part plain.
type Paint struct {
	Error, Warning, Note, Function, File, Address, Dim func(string) string
}

func paint(f func(string) string, text string) string {
	if f == nil || text == "" {
		return text
	}
	return f(text)
}

func (p *Paint) severity(s Severity) string {
	switch s {
	case Error:
		return paint(p.Error, s.String())
	case Warning:
		return paint(p.Warning, s.String())
	}
	return paint(p.Note, s.String())
}

// width is the column at which sentences are broken.
const width = 80

// WriteText writes the report for a terminal: the findings of each rule together, what they do on
// each kernel, what to do; then what was looked at.
func (r *Report) WriteText(w io.Writer, p Paint) error {
	t := &textWriter{w: w, paint: p}
	for n := 0; n < len(r.Findings); {
		rule := r.rules[r.Findings[n].Rule]
		last := n
		for last < len(r.Findings) && r.Findings[last].Rule == rule.Name && r.Findings[last].Severity == r.Findings[n].Severity {
			last++
		}
		t.rule(rule, r.Findings[n].Severity)
		for ; n < last; n++ {
			t.finding(&r.Findings[n])
		}
		t.explain(rule, r.Kernels)
		t.line("")
	}
	t.ending(r)
	return t.err
}

type textWriter struct {
	w     io.Writer
	paint Paint
	err   error
}

func (t *textWriter) line(format string, args ...any) {
	if t.err == nil {
		_, t.err = fmt.Fprintf(t.w, format+"\n", args...)
	}
}

// wrap writes text in lines of at most width columns: the first behind head, the others
// indented.
func (t *textWriter) wrap(head, indent, text string) {
	line := head
	empty := true
	for word := range strings.FieldsSeq(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > width {
			t.line("%s", line)
			line, empty = indent, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	t.line("%s", line)
}

func (t *textWriter) rule(r *Rule, s Severity) {
	t.line("%s: %s [%s]", t.paint.severity(s), r.Title, r.Name)
}

func (t *textWriter) finding(f *Finding) {
	head := t.place(&f.Where)
	if f.Count > 1 {
		head += fmt.Sprintf(", %d times", f.Count)
	}
	if n := len(f.Threads); n == 1 {
		head += fmt.Sprintf(", thread %d", f.Threads[0])
	} else if n > 1 {
		head += fmt.Sprintf(", %d threads", n)
	}
	t.line("  %s", head)
	t.wrap("      ", "      ", f.Detail)
	for n := range f.Path {
		t.step(&f.Path[n], "      ")
	}
	for n := range f.Stack {
		t.line("      #%-2d %s", n, t.place(&f.Stack[n]))
	}
}

func (t *textWriter) place(p *Place) string { return p.text(&t.paint) }

// String is the place on one line: "main at prog.c:12 (prog+0x1139)  mov %rax,(%rbx)".
func (p *Place) String() string { return p.text(&Paint{}) }

func (p *Place) text(c *Paint) string {
	var parts []string
	if p.Function != "" {
		name := short(p.Function)
		if p.Offset != 0 {
			name += fmt.Sprintf("+%#x", p.Offset)
		}
		parts = append(parts, paint(c.Function, name))
	}
	if p.File != "" {
		at := p.File
		if p.Line > 0 {
			at += fmt.Sprintf(":%d", p.Line)
		}
		parts = append(parts, "at "+paint(c.File, at))
	}
	where := path.Base(p.Module)
	if p.Module == "" {
		where = ""
	}
	if p.Address != 0 {
		where = strings.TrimPrefix(where+"+"+p.Address.String(), "+")
	}
	if where != "" {
		if len(parts) > 0 {
			where = "(" + where + ")"
		}
		parts = append(parts, paint(c.Address, where))
	}
	if len(parts) == 0 {
		return cmp.Or(p.Text, "?")
	}
	text := strings.Join(parts, " ")
	if p.Text != "" {
		text += "  " + p.Text
	}
	return text
}

// longName is the length from which a function's name is shown without its template arguments, in
// bytes.
const longName = 60

// short is a long name without what is in angle brackets. Names of operators stay as they are.
func short(name string) string {
	if len(name) < longName || strings.Contains(name, "operator") {
		return name
	}
	var b strings.Builder
	depth := 0
	for _, c := range name {
		switch {
		case c == '<':
			depth++
		case c == '>' && depth > 0:
			depth--
		case depth == 0:
			b.WriteRune(c)
		}
	}
	return strings.TrimSpace(b.String())
}

func (t *textWriter) step(p *Place, indent string) {
	note := p.Note
	if note != "" {
		note += ": "
	}
	t.line("%s- %s%s", indent, note, t.place(p))
}

// explain writes what a rule says, what it does on each kernel, and what to do.
func (t *textWriter) explain(r *Rule, kernels []Kernel) {
	t.wrap("  Rule: ", "    ", r.Says)
	for _, s := range r.Sources {
		t.wrap("    See ", "    ", s.Text+".")
	}
	for _, g := range r.On.Groups(kernels) {
		t.wrap("  "+g.Kernels+": ", "    ", g.String()+".")
	}
	t.wrap("  Advice: ", "    ", r.Advice)
}

func (t *textWriter) ending(r *Report) {
	for _, text := range r.Says {
		t.wrap("", "  ", text)
	}
	for _, text := range r.Problems {
		t.wrap("Not looked at: ", "  ", text)
	}
	for _, p := range r.Unused {
		t.line("unused suppression: %v", p)
	}
	t.wrap("", "  ", r.Counts()+" "+r.Watched.Sentence())
}

// Counts is the findings in numbers, one sentence.
func (r *Report) Counts() string {
	n := [Error + 1]int{}
	for i := range r.Findings {
		n[r.Findings[i].Severity]++
	}
	var parts []string
	for s := Error; s >= Note; s-- {
		if n[s] > 0 {
			parts = append(parts, plural(n[s], s.String()))
		}
	}
	text := strings.Join(parts, ", ")
	if text == "" {
		text = "No findings"
	}
	for _, extra := range []struct {
		n    int
		text string
	}{{r.Left, "not shown (--max)"}, {r.Suppressed, "suppressed"}, {r.Elsewhere, "without effect on the kernels asked for"}} {
		if extra.n > 0 {
			text += fmt.Sprintf(", %d %s", extra.n, extra.text)
		}
	}
	return text + "."
}

// Sentence is what was looked at, in words.
func (w *Watched) Sentence() string {
	text := "Looked at " + plural(len(w.Files), "file")
	if w.Declared == 0 {
		text += ", no sections declared"
	} else {
		text += fmt.Sprintf(", %s declared, %d decoded", plural(w.Declared, "section"), w.Decoded)
	}
	if w.Reason != "" {
		text += " (" + w.Reason + ")"
	}
	if w.Running {
		text += fmt.Sprintf("; watched %s for %.1f s, %d of the sections entered", plural(w.Threads, "thread"), w.Seconds, w.Armed)
		if w.Processes > 1 {
			text += fmt.Sprintf(", in %d processes", w.Processes)
		}
	} else {
		text += "; nothing was run"
	}
	return text + "."
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
