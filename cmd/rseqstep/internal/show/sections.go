package show

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"regexp/syntax"
	"strings"

	"rseqstep/stepper"
	"rseqstep/table"
)

// Sections is what `info rseq` and `monitor rseq` say about the sections of a program.
type Sections struct {
	List    []Section
	Seen    string // how many were seen to run, with %s for the number: "rseqstep has seen %s run"; "" if nothing can run
	Command string // that lists all: "info rseq --all"
}

// Section is one of Sections.
type Section struct {
	*table.Placed
	Name    string
	Source  string // "list.c:12"; "" unknown
	Exits   string // the exits besides post-commit and abort
	Decoded bool
	Counts  stepper.Counts
	Here    bool // a thread has armed it, or is inside
}

// Ran reports whether the section was seen to run.
func (s *Section) Ran() bool { return s.Here || s.Counts.Passes > 0 }

// file is the path of the file that declares a section.
func (s *Section) file() string {
	if s.Module == nil {
		return "(made at run time)"
	}
	return Path(s.Module.Path)
}

// Choice is which sections are listed.
type Choice struct {
	All     bool
	Pattern *regexp.Regexp // nil: any
}

// ParseChoice reads the argument of `info rseq`: --all, a regular expression, both or none.
func ParseChoice(args string) (c Choice, err error) {
	word, rest, _ := strings.Cut(args, " ")
	switch {
	case word == "--all" || word == "-all":
		c.All, args = true, strings.TrimSpace(rest)
	case strings.HasPrefix(word, "-"):
		return c, fmt.Errorf("info rseq has no option %q; it has --all", word)
	}
	if args == "" {
		return c, nil
	}
	if c.Pattern, err = regexp.Compile(args); err != nil {
		var bad *syntax.Error
		if errors.As(err, &bad) {
			err = fmt.Errorf("%q is not a regular expression: %v", args, bad.Code)
		}
		return c, err
	}
	return c, nil
}

// matches reports whether a section's function, source or file matches.
func (c *Choice) matches(s *Section) bool {
	if c.Pattern != nil && s.Section != nil && c.Pattern.MatchString(s.Section.Symbol) { // it may have several names
		return true
	}
	return c.Pattern == nil || c.Pattern.MatchString(s.Name) || c.Pattern.MatchString(s.Source) || c.Pattern.MatchString(s.file())
}

// Chosen are the sections that match.
func (s *Sections) Chosen(c Choice) (out []*table.Placed) {
	for n := range s.List {
		if c.matches(&s.List[n]) {
			out = append(out, s.List[n].Placed)
		}
	}
	return out
}

// few is how many sections are listed without being asked for.
const few = 12

// Write writes a summary and the sections that ran, all if they are few; with a pattern, only those
// that match. width is that of the terminal, 0 for no limit.
func (s *Sections) Write(w io.Writer, c Choice, width int) {
	var list []*Section
	for n := range s.List {
		row := &s.List[n]
		if c.matches(row) && (c.All || c.Pattern != nil || len(s.List) <= few || row.Ran()) {
			list = append(list, row)
		}
	}
	if c.Pattern != nil && len(list) == 0 {
		Wrap(w, fmt.Sprintf("None of the %d restartable sequences matches %q.", len(s.List), c.Pattern), width)
		return
	}
	if c.Pattern == nil {
		s.summary(w, width)
		if len(list) > 0 {
			fmt.Fprintln(w)
		}
	}
	if len(list) > 0 {
		listed(list, s.Seen != "").Write(w, width)
	}
	if left := len(s.List) - len(list); left > 0 && c.Pattern == nil {
		Wrap(w, fmt.Sprintf("%q lists all %d; a regular expression instead of --all, those whose function, source or file matches.", s.Command, len(s.List)), width)
	}
}

// summary writes how many sections there are, by file.
func (s *Sections) summary(w io.Writer, width int) {
	type sum struct{ declared, decoded, ran int }
	sums := map[string]*sum{}
	var files []string
	all := sum{}
	for n := range s.List {
		row := &s.List[n]
		one := sums[row.file()]
		if one == nil {
			one = &sum{}
			sums[row.file()] = one
			files = append(files, row.file())
		}
		for _, to := range []*sum{&all, one} {
			to.declared++
			if row.Decoded {
				to.decoded++
			}
			if row.Ran() {
				to.ran++
			}
		}
	}
	text := fmt.Sprintf("%s declared, %d decoded", plural(all.declared, "restartable sequence is", "restartable sequences are"), all.decoded)
	if len(files) == 1 && s.List[0].Module != nil {
		text = fmt.Sprintf("%s declares %s, %d decoded", files[0], plural(all.declared, "restartable sequence", "restartable sequences"), all.decoded)
	}
	if s.Seen != "" {
		text += "; " + fmt.Sprintf(s.Seen, count(all.ran))
	}
	Wrap(w, text+".", width)
	if len(files) < 2 {
		return
	}
	t := Table{Columns: []Column{{Head: "Declared", Right: true}, {Head: "Decoded", Right: true}, {Head: "Ran", Right: true, Spare: 1}, {Head: "File"}}}
	for _, f := range files {
		t.Rows = append(t.Rows, []string{fmt.Sprint(sums[f].declared), fmt.Sprint(sums[f].decoded), fmt.Sprint(sums[f].ran), f})
	}
	t.Write(w, width)
}

// count is a number in words where it is none.
func count(n int) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprint(n)
}

// listed is the table of sections, with the counts if they can have run.
func listed(list []*Section, counts bool) *Table {
	t := &Table{Columns: []Column{{Head: "[Start,End)", Spare: 5}, {Head: "Abort", Spare: 3}, {Head: "Exits", Spare: 2}, {Head: "Flags", Spare: 1}}}
	if counts {
		t.Columns = append(t.Columns, Column{Head: "Passes", Right: true}, Column{Head: "Commits", Right: true}, Column{Head: "Aborts", Right: true}, Column{Head: "Side exits", Right: true, Spare: 7})
	}
	t.Columns = append(t.Columns, Column{Head: "Source", Spare: 6}, Column{Head: "Module", Spare: 4, Told: true}, Column{Head: "Section"})
	for _, s := range list {
		flags, source := "-", s.Source
		if s.Section != nil && s.Section.Flags != 0 {
			flags = fmt.Sprintf("%#x", s.Section.Flags)
		}
		if source == "" {
			source = "-"
		}
		row := []string{fmt.Sprintf("[%v,%v)", s.Start, s.End), s.Abort.String(), s.Exits, flags}
		if n := s.Counts; counts {
			row = append(row, fmt.Sprint(n.Passes), fmt.Sprint(n.Commits), fmt.Sprint(n.Aborts), fmt.Sprint(n.SideExits))
		}
		t.Rows = append(t.Rows, append(row, source, s.file(), s.Name))
	}
	return t
}
