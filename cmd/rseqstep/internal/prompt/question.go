package prompt

import (
	"errors"
	"fmt"
	"io"
)

// Question is one to answer with y or n, as gdb's query and nquery ask it.
type Question struct {
	Text string // without the answers there are
	No   bool   // an empty line and the end of the input mean no; else an empty line is no answer, and the end means yes
}

func (q Question) answers() string {
	if q.No {
		return "y or [n]"
	}
	return "y or n"
}

// String is the question as it is shown.
func (q Question) String() string { return fmt.Sprintf("%s (%s) ", q.Text, q.answers()) }

// Parse takes a line that was typed; ok is false when it is no answer. As in gdb
// the first letter decides.
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

// Ask asks a question until it is answered. Errors: ErrAborted when it was given
// up (Ctrl-C), and those of Line.
func (t *Terminal) Ask(q Question, out io.Writer) (yes bool, err error) {
	for {
		line, err := t.answer(q.String())
		if errors.Is(err, io.EOF) { // a terminal that is gone gives no other answer
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
