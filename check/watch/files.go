package watch

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"rseqstep/check"
	"rseqstep/check/code"
	"rseqstep/check/rules"
	"rseqstep/table"
)

// JudgeFiles adds what can be read in the files that the program had loaded. It leaves out what the
// run has shown already, or has shown to be right. Call it behind Judge. It reads the files anew: the
// program may have ended.
func JudgeFiles(seen *Seen, r *check.Report) {
	read := check.Watched{}
	for _, path := range seen.Files {
		if !strings.HasPrefix(path, "/") {
			continue // the vDSO
		}
		f, err := code.Open(path)
		if err != nil {
			if errors.Is(err, os.ErrNotExist) {
				err = errors.New("it is not there any more")
			}
			r.Problems = append(r.Problems, fmt.Sprintf("the file %s: %v", path, err))
			continue
		}
		one := check.NewReport(r.Version, path, rules.All())
		rules.File(one, f)
		if err := f.Close(); err != nil {
			r.Problems = append(r.Problems, err.Error())
		}
		for n := range one.Findings {
			if !seen.shows(&one.Findings[n]) {
				r.Add(one.Findings[n])
			}
		}
		r.Problems = append(r.Problems, one.Problems...)
		read.Declared += one.Watched.Declared
		read.Decoded += one.Watched.Decoded
		if one.Watched.Reason != "" {
			read.Reason = one.Watched.Reason
		}
	}
	r.Watched.Declared, r.Watched.Decoded, r.Watched.Reason = max(r.Watched.Declared, read.Declared), read.Decoded, read.Reason
}

// shows reports whether the run tells what a finding in a file supposes. A signature is right or
// wrong by what the threads have registered, and an undeclared section has been armed.
func (seen *Seen) shows(f *check.Finding) bool {
	if f.Rule == "section-undeclared" {
		return slices.ContainsFunc(seen.Undeclared, func(u *Undeclared) bool {
			return u.abort.Module == f.Where.Module && u.abort.Address == f.Where.Address
		})
	}
	if f.Rule != "abort-signature" || !slices.ContainsFunc(seen.Registrations, func(g *Registration) bool { return !g.Over }) {
		return false
	}
	return slices.ContainsFunc(seen.Signatures, func(s Signature) bool {
		return s.Module == f.Where.Module && f.Value == table.Signature{Value: s.Value, Found: true}.String()
	})
}
