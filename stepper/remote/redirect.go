package remote

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"rseqstep/stepper/ptrace"
)

// operators are the shell redirections that need no shell, the longest first:
// which descriptor, and how its file is opened.
func operators() []operator {
	const (
		create = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
		add    = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	)
	return []operator{
		{"2>&1", 2, 0}, {"2>>", 2, add}, {"1>>", 1, add}, {"&>", bothOutputs, create}, {">>", 1, add},
		{"2>", 2, create}, {"1>", 1, create}, {"0<", 0, os.O_RDONLY}, {">", 1, create}, {"<", 0, os.O_RDONLY},
	}
}

type operator struct {
	text string
	fd   int // bothOutputs for standard output and error
	mode int // of open(2); "2>&1" opens nothing
}

const bothOutputs = 12

// redirected are a program's files according to its arguments; nil: unchanged.
type redirected struct {
	files [3]*os.File
	own   []*os.File // opened here
}

// redirect removes redirections from a program's arguments. gdb splits the arguments
// itself and sends words: if a shell were to start the program, redirections would not be
// arguments. Words that a shell would have expanded stay as they are; the packet does not
// tell whether they were in quotes.
func redirect(words []string, dir string) (args []string, to redirected, err error) {
	for i := 0; i < len(words); i++ {
		op, name, ok := cutOperator(words[i])
		if !ok {
			args = append(args, words[i])
			continue
		}
		if op.text == "2>&1" {
			if to.files[2] = to.files[1]; to.files[2] == nil {
				to.files[2] = os.Stdout
			}
			continue
		}
		if name == "" {
			if i++; i == len(words) {
				return nil, redirected{}, errors.Join(fmt.Errorf("no file is named after %q", op.text), to.close())
			}
			name = words[i]
		}
		if !filepath.IsAbs(name) && dir != "" {
			name = filepath.Join(dir, name)
		}
		f, err := os.OpenFile(name, op.mode, 0o666)
		if err != nil {
			return nil, redirected{}, errors.Join(err, to.close())
		}
		to.own = append(to.own, f)
		if op.fd == bothOutputs {
			to.files[1], to.files[2] = f, f
		} else {
			to.files[op.fd] = f
		}
	}
	return args, to, nil
}

// cutOperator removes a redirection from the front of a word.
func cutOperator(word string) (operator, string, bool) {
	for _, op := range operators() {
		rest, ok := strings.CutPrefix(word, op.text)
		if ok && (op.mode != 0 || op.fd == 0 || rest == "") {
			return op, rest, true
		}
	}
	return operator{}, "", false
}

// set applies the files to a program to be started.
func (r redirected) set(o *ptrace.LaunchOptions) {
	for i, to := range []**os.File{&o.Stdin, &o.Stdout, &o.Stderr} {
		if r.files[i] != nil {
			*to = r.files[i]
		}
	}
}

// close closes what redirect opened; the program has its own copies by then.
func (r redirected) close() error {
	var err error
	for _, f := range r.own {
		err = errors.Join(err, f.Close())
	}
	return err
}
