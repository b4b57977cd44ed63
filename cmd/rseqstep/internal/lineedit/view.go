package lineedit

import (
	"fmt"
	"strings"

	"github.com/mattn/go-runewidth"
)

// workspace is how many columns there must be for the line besides its prompt.
const workspace = 10

// tooWide reports whether the prompt leaves no room for a line.
func tooWide(ask string, columns int) bool {
	return widths([]rune(ask))+workspace > columns
}

// view is what one row of the screen shows of a prompt and a line, and the
// column of the cursor: shown is narrower than columns, and the cursor inside
// the row. Where not all of the line fits, "<" and ">" stand for the rest.
// Precondition: columns > 0.
func view(ask string, l *line, columns int) (shown string, cursor int) {
	if tooWide(ask, columns) {
		ask = ""
	}
	room := columns - widths([]rune(ask)) - 1 // the last column is the cursor's
	// The text goes into the window [from, to): as much before the cursor as
	// after it where there is too much of both.
	from, to, used := l.pos, l.pos, 0
	before := func() bool {
		if from == 0 || used+width(l.text[from-1]) > room {
			return false
		}
		from--
		used += width(l.text[from])
		return true
	}
	after := func() bool {
		if to == len(l.text) || used+width(l.text[to]) > room {
			return false
		}
		used += width(l.text[to])
		to++
		return true
	}
	for used < room/2 && before() {
	}
	for after() {
	}
	for before() {
	}
	var left, right string
	for from > 0 && from < l.pos && width(l.text[from]) == 0 {
		from++ // a mark whose character is not shown
	}
	if from > 0 && from < l.pos {
		left = "<" + strings.Repeat(" ", max(width(l.text[from])-1, 0))
		from++
	}
	if to < len(l.text) && to > l.pos && width(l.text[to-1]) > 0 {
		to--
		right = strings.Repeat(" ", width(l.text[to])-1) + ">"
	}
	cursor = widths([]rune(ask+left)) + widths(l.text[from:l.pos])
	return ask + left + clean(l.text[from:to]) + right, min(cursor, columns-1)
}

// width is how many columns a character takes.
func width(r rune) int {
	if isControl(r) {
		return 1 // of what stands for it
	}
	return runewidth.RuneWidth(r)
}

func widths(text []rune) int {
	n := 0
	for _, r := range text {
		n += width(r)
	}
	return n
}

func isControl(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }

// clean is text for the screen: what would move the cursor is shown as "?".
func clean(text []rune) string {
	return strings.Map(func(r rune) rune {
		if isControl(r) {
			return '?'
		}
		return r
	}, string(text))
}

// forward moves the cursor to the right.
func forward(columns int) string {
	if columns == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dC", columns)
}
