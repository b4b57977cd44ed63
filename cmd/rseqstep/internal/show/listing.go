package show

import (
	"fmt"
	"io"
	"strings"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Mark says what role an instruction has in restartable sequences.
type Mark struct {
	Body  bool // inside a section
	Words []string
}

// With adds a word.
func (m Mark) With(word string) Mark {
	m.Words = append(append([]string(nil), m.Words...), word)
	return m
}

// Has reports whether it has a word.
func (m Mark) Has(word string) bool {
	for _, w := range m.Words {
		if w == word {
			return true
		}
	}
	return false
}

// Listing says how to show machine code.
type Listing struct {
	Arch     *machine.Arch
	Style    Style
	PC       table.Addr // marked with "=>"
	Bytes    bool
	Function string     // offsets are relative to Entry
	Entry    table.Addr // of Function
	Name     Naming
	Marks    map[table.Addr]Mark
	Width    int // of the terminal; 0: no limit
}

// Write writes instructions, one per line; the words of the marks stand in a column.
func (l *Listing) Write(w io.Writer, insns []machine.Insn) {
	column := 0
	for n := range insns {
		if i := &insns[n]; len(l.Marks[i.Addr].Words) > 0 {
			column = max(column, min(len(l.Style.Instruction(l.Arch, i, l.Name)), maxColumn))
		}
	}
	for n := range insns {
		i := &insns[n]
		mark := l.Marks[i.Addr]
		arrow := []byte("   ")
		if mark.Body {
			arrow[2] = '|'
		}
		if i.Addr == l.PC {
			arrow[0], arrow[1] = '=', '>'
		}
		offset := l.offset(i.Addr)
		line := fmt.Sprintf("%s%s %s:\t", arrow, l.Style.Addr(Address(i.Addr)), offset)
		begins := nextTab(len(arrow) + len(Address(i.Addr)) + len(offset) + 2)
		if l.Bytes {
			line += fmt.Sprintf("%-30s\t", strings.TrimSpace(fmt.Sprintf("% x", i.Bytes())))
			begins = nextTab(begins + 30)
		}
		text := l.Style.Instruction(l.Arch, i, l.Name)
		line += text
		if len(mark.Words) > 0 {
			words := "# rseq: " + strings.Join(mark.Words, ", ")
			at := column
			if l.Width > 0 {
				at = min(at, l.Width-begins-2-len(words))
			}
			line += strings.Repeat(" ", max(at-len(text), 0)+2) + l.Style.Note(words)
		}
		fmt.Fprintln(w, line)
	}
}

// nextTab is the column that a tab leads to.
func nextTab(n int) int { return n/8*8 + 8 }

// maxColumn limits where that column is, characters from the instruction: few are longer.
const maxColumn = 40

func (l *Listing) offset(a table.Addr) string {
	if l.Function != "" && a >= l.Entry {
		return fmt.Sprintf("<+%d>", a-l.Entry)
	}
	if n := l.Name(a); n != "" {
		return "<" + n + ">"
	}
	return ""
}

// Instruction returns one instruction in AT&T syntax, with the name of its target.
func Instruction(a *machine.Arch, i *machine.Insn, name Naming) string {
	return Style{}.Instruction(a, i, name)
}

// Instruction returns one instruction in the user's syntax, with the name of its target.
func (st Style) Instruction(a *machine.Arch, i *machine.Insn, name Naming) string {
	if len(i.Bytes()) == 0 || i.Len == 1 && i.Bytes()[0] == 0 {
		return "(bad)"
	}
	text := a.Format(i, nil)
	if st.Intel {
		text = a.FormatIntel(i, nil)
	}
	if to := i.Target; to != 0 && name != nil {
		if n := name(to); n != "" {
			text += " <" + n + ">"
		}
	}
	return text
}
