package show

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// Table is text in columns, for a terminal of some width.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// Column is one column of a Table.
type Column struct {
	Head  string
	Right bool // its cells end at the right: numbers
	Told  bool // what all rows say there is said elsewhere
	Spare int  // columns are left out in this order where there is no room, 1 first; 0: never
}

// gap is the space between two columns.
const gap = 2

// least is how much of the last column is shown at least, characters.
const least = 8

// Write writes the table in at most width columns of characters; 0 is no limit. Where there is no
// room it leaves columns out and says so in a line below: what all rows say, or which columns
// are missing. What is too long in the last column is cut.
func (t *Table) Write(w io.Writer, width int) {
	widths := make([]int, len(t.Columns))
	for n, c := range t.Columns {
		widths[n] = utf8.RuneCountInString(c.Head)
		for _, row := range t.Rows {
			widths[n] = max(widths[n], utf8.RuneCountInString(row[n]))
		}
	}
	shown, out := t.fit(widths, width)
	last := len(t.Columns) - 1
	if width > 0 {
		room := width
		for _, n := range shown[:len(shown)-1] {
			room -= widths[n] + gap
		}
		widths[last] = min(widths[last], max(room, least))
	}
	line := func(cell func(n int) string) {
		var b strings.Builder
		for _, n := range shown {
			text := cell(n)
			pad := strings.Repeat(" ", max(0, widths[n]-utf8.RuneCountInString(text)))
			switch {
			case n == last:
				b.WriteString(cut(text, widths[n]))
			case t.Columns[n].Right:
				b.WriteString(pad + text + "  ")
			default:
				b.WriteString(text + pad + "  ")
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
	line(func(n int) string { return t.Columns[n].Head })
	for _, row := range t.Rows {
		line(func(n int) string { return row[n] })
	}
	t.missing(w, out, width)
}

// fit returns the indexes of the columns that are shown, and of those that are not.
func (t *Table) fit(widths []int, width int) (shown, out []int) {
	left := map[int]bool{}
	needed := 0
	for n := range widths {
		needed += widths[n] + gap
	}
	needed -= gap
	for n, c := range t.Columns { // first those that say nothing
		if value, one := t.same(n); width > 0 && needed > width && c.Spare > 0 && one && (value == "" || value == "-") {
			left[n] = true
			needed -= widths[n] + gap
		}
	}
	for spare := 1; width > 0 && needed > width && spare <= len(t.Columns); spare++ {
		for n, c := range t.Columns {
			if c.Spare == spare && !left[n] && needed > width {
				left[n] = true
				needed -= widths[n] + gap
			}
		}
	}
	for n := range t.Columns {
		if left[n] {
			out = append(out, n)
		} else {
			shown = append(shown, n)
		}
	}
	return shown, out
}

// missing says what is in the columns that are left out.
func (t *Table) missing(w io.Writer, out []int, width int) {
	var same, not []string
	for _, n := range out {
		switch value, one := t.same(n); {
		case !one:
			not = append(not, t.Columns[n].Head)
		case value != "" && value != "-" && !t.Columns[n].Told:
			same = append(same, t.Columns[n].Head+" "+value)
		}
	}
	if len(same) > 0 {
		all := "In all rows: "
		if len(t.Rows) == 1 {
			all = "Also: "
		}
		Wrap(w, all+strings.Join(same, ", ")+".", width)
	}
	if len(not) > 0 {
		Wrap(w, "No room for: "+strings.Join(not, ", ")+" (\"set width 0\" shows all).", width)
	}
}

// same returns what all rows that are not empty there say in a column.
func (t *Table) same(n int) (value string, one bool) {
	for _, row := range t.Rows {
		switch {
		case row[n] == "" || row[n] == value:
		case value != "":
			return "", false
		default:
			value = row[n]
		}
	}
	return value, true
}

// cut shortens a text to a number of characters.
func cut(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(width-1, 0)]) + "…"
}

// Wrap writes a text in lines of at most width characters, 0 for no limit, broken at spaces; the lines
// after the first are indented.
func Wrap(w io.Writer, text string, width int) {
	line := ""
	for word := range strings.FieldsSeq(text) {
		switch {
		case line == "":
			line = word
		case width > 0 && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width:
			fmt.Fprintln(w, line)
			line = "  " + word
		default:
			line += " " + word
		}
	}
	fmt.Fprintln(w, line)
}
