package main

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// told turns a failure into a message with all that is needed to reproduce it: the seed
// and the commands, or a shorter list if that fails too.
func (s *soak) told(err error) error {
	var f *failure
	if !errors.As(err, &f) {
		return err
	}
	fmt.Fprintf(s.out, "%s: %v\n", f.p.name, err)
	list, again := s.minimised(f)
	var lines []string
	for _, one := range list {
		lines = append(lines, one.String())
	}
	how := "it did not come back by the round alone"
	if again {
		how = "it comes back with these"
	}
	return fmt.Errorf("%s (seed %d, round %d), %s:\n%s\n%w", f.p.name, s.seed, f.seed, how, strings.Join(lines, "\n"), err)
}

// tries and trying limit the search for a shorter list.
const (
	tries  = 40
	trying = 3 * time.Minute
)

// minimised removes commands as long as the failure reproduces.
func (s *soak) minimised(f *failure) (list []step, again bool) {
	left, end := tries, time.Now().Add(trying)
	fails := func(list []step) bool {
		left--
		_, err := s.hold(f.p, [][]step{list})
		return err != nil && (&failure{err: err}).kind() == f.kind()
	}
	list = f.list
	for range 3 { // the timing of threads differs from run to run
		if again = fails(list); again {
			break
		}
	}
	if !again {
		return list, false
	}
	for size := len(list) / 2; size > 0; size /= 2 {
		for at := 0; at < len(list); {
			if left <= 0 || time.Now().After(end) {
				return list, true
			}
			shorter := append(append([]step{}, list[:at]...), list[min(at+size, len(list)):]...)
			if fails(shorter) {
				list = shorter
			} else {
				at += size
			}
		}
	}
	return list, true
}
