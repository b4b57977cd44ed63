package lineedit

import (
	"slices"
	"unicode"
)

// line is a text with a cursor. Invariant: 0 <= pos <= len(text).
type line struct {
	text []rune
	pos  int
}

func (l *line) set(text string) {
	l.text = []rune(text)
	l.pos = len(l.text)
}

func (l *line) insert(text ...rune) {
	l.text = slices.Insert(l.text, l.pos, text...)
	l.pos += len(text)
}

// cut takes the text between the cursor and to out, and leaves the cursor there.
func (l *line) cut(to int) []rune {
	from := l.pos
	if to < from {
		from, to = to, from
	}
	out := slices.Clone(l.text[from:to])
	l.text = slices.Delete(l.text, from, to)
	l.pos = from
	return out
}

// left is where the character before the cursor begins: marks that combine
// with it go with it.
func (l *line) left() int {
	p := l.pos
	for p > 0 {
		p--
		if width(l.text[p]) > 0 {
			break
		}
	}
	return p
}

// right is where the character at the cursor ends.
func (l *line) right() int {
	p := l.pos
	if p < len(l.text) {
		p++
	}
	for p < len(l.text) && width(l.text[p]) == 0 {
		p++
	}
	return p
}

// wordLeft is where the word before the cursor begins.
func (l *line) wordLeft() int {
	p := l.pos
	for p > 0 && unicode.IsSpace(l.text[p-1]) {
		p--
	}
	for p > 0 && !unicode.IsSpace(l.text[p-1]) {
		p--
	}
	return p
}

// wordRight is where the word after the cursor ends.
func (l *line) wordRight() int {
	p := l.pos
	for p < len(l.text) && unicode.IsSpace(l.text[p]) {
		p++
	}
	for p < len(l.text) && !unicode.IsSpace(l.text[p]) {
		p++
	}
	return p
}

// transpose swaps the characters around the cursor, at the end the last two.
func (l *line) transpose() {
	if l.pos == len(l.text) {
		l.pos = l.left()
	}
	if l.pos == 0 {
		l.pos = l.right()
		return
	}
	begin, middle, end := l.left(), l.pos, l.right()
	swapped := append(slices.Clone(l.text[middle:end]), l.text[begin:middle]...)
	copy(l.text[begin:end], swapped)
	l.pos = end
}

// ring keeps the texts that were cut out, the newest last.
type ring struct {
	texts [][]rune
	at    int // what was yanked last
}

const ringSize = 60

func (r *ring) add(text []rune) {
	if len(text) == 0 {
		return
	}
	if len(r.texts) == ringSize {
		r.texts = slices.Delete(r.texts, 0, 1)
	}
	r.texts = append(r.texts, text)
	r.at = len(r.texts) - 1
}

// current is what a yank inserts.
func (r *ring) current() []rune {
	if len(r.texts) == 0 {
		return nil
	}
	return r.texts[r.at]
}

// turn goes to the text cut out before the current one, round to the newest.
func (r *ring) turn() {
	if n := len(r.texts); n > 0 {
		r.at = (r.at + n - 1) % n
	}
}
