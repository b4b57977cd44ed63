package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"rseqstep/cmd/rseqstep/internal/session"
)

// logKinds are the values of --log.
func logKinds() []string { return []string{"commands", "stops", "opv", "all"} }

// logRequest is one --log WHAT[=FILE].
type logRequest struct {
	kinds []string
	path  string // "" means standard error
}

// logValue collects the requests of a repeated --log.
type logValue struct{ list *[]logRequest }

func (v logValue) String() string { return "" }
func (v logValue) Type() string   { return "WHAT[=FILE]" }

func (v logValue) Set(s string) error {
	what, path, named := strings.Cut(s, "=")
	if named && path == "" {
		return errors.New("a file name must follow \"=\"")
	}
	r := logRequest{path: path}
	for _, kind := range strings.Split(what, ",") {
		switch kind {
		case "commands", "stops", "opv":
			r.kinds = append(r.kinds, kind)
		case "all":
			r.kinds = append(r.kinds, "commands", "stops", "opv")
		default:
			return fmt.Errorf("%q is not one of %s; for a file, --log all=%s", kind, strings.Join(logKinds(), ", "), s)
		}
	}
	*v.list = append(*v.list, r)
	return nil
}

// logs holds the open logs.
type logs struct {
	session.Logs
	commands io.Writer // nil for none
	files    []*os.File
}

// openLogs opens the requested logs. Each file is opened once, for appending, however
// often it is named.
func openLogs(requests []logRequest, stderr io.Writer) (*logs, error) {
	l := &logs{}
	open := map[string]io.Writer{"": stderr}
	for _, r := range requests {
		w := open[r.path]
		if w == nil {
			f, err := os.OpenFile(r.path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
			if err != nil {
				return nil, errors.Join(err, l.close())
			}
			l.files = append(l.files, f)
			w, open[r.path] = f, f
		}
		for _, kind := range r.kinds {
			to := map[string]*io.Writer{"commands": &l.commands, "stops": &l.Stops, "opv": &l.Opv}[kind]
			if *to != nil && *to != w {
				*to = io.MultiWriter(*to, w)
			} else {
				*to = w
			}
		}
	}
	return l, nil
}

func (l *logs) close() (err error) {
	for _, f := range l.files {
		err = errors.Join(err, f.Close())
	}
	return err
}
