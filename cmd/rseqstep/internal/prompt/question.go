package prompt

import (
	"errors"
	"fmt"
	"io"
)

// Question is a yes-or-no question, as gdb's query and nquery ask it.
type Question struct {
	Text string // without the list of answers
	No   bool   // an empty line and the end of the input mean no; otherwise an empty line is not an answer, and the end means yes
}

func (q Question) answers() string {
	if q.No {
		return "y or [n]"
	}
	return "y or n"
}

// String returns the question as it is shown.
func (q Question) String() string { return fmt.Sprintf("%s (%s) ", q.Text, q.answers()) }

// Parse parses a typed line; ok is false if it is not an answer. As in gdb, the first
// letter decides.
func (q Question) Parse(line string) (yes, ok bool) {
	if line == "" {
		return false, q.No
	}
	switch line[0] {
	case 'y', 'Y':
		return true, true
	case 'n', 'N':
		return false, true
	}
	return false, false
}

// Ask repeats a question until it is answered. Errors: ErrAborted if the user cancelled
// it (Ctrl-C), and those of Line.
func (t *Terminal) Ask(q Question, out io.Writer) (yes bool, err error) {
	for {
		line, err := t.answer(q.String())
		if errors.Is(err, io.EOF) { // a terminal that is gone cannot give another answer
			assumed := map[bool]string{false: "Y", true: "N"}[q.No]
			fmt.Fprintf(out, "EOF [assumed %s]\n", assumed)
			return !q.No, nil
		}
		if err != nil {
			return false, err
		}
		if yes, ok := q.Parse(line); ok {
			return yes, nil
		}
		fmt.Fprintf(out, "Please answer %s.\n", q.answers())
	}
}
