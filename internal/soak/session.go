package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// soak is the state of all sessions.
type soak struct {
	options
	out      io.Writer
	scratch  string
	programs []program // built when first used
	tally    *tally
}

// failure is a round that failed.
type failure struct {
	err  error
	p    program
	seed uint64 // of the round
	list []step
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// kind returns the failure in one word, to recognize it again.
func (f *failure) kind() string {
	for _, e := range []error{errHang, errEnded} {
		if errors.Is(f.err, e) {
			return e.Error()
		}
	}
	for _, k := range []string{"internal:", "status:", "output:", "leak:", "detach:", "end:", "JSON:"} {
		if strings.Contains(f.err.Error(), k) {
			return k
		}
	}
	return "other"
}

// soak runs sessions with all programs in turn, until the time is over or there were
// too many failures. It returns the failures as messages.
func (s *soak) soak() error {
	fmt.Fprintf(s.out, "seed %d\n", s.seed)
	rng := rand.New(rand.NewPCG(s.seed, 1))
	order := rng.Perm(len(s.programs))
	var failed []error
	for n := 0; n == 0 || time.Since(s.tally.begun) < s.length; n++ {
		p := &s.programs[order[n%len(order)]]
		if err := p.build(s.scratch); err != nil {
			return err
		}
		var seeds []uint64
		for range s.rounds {
			seeds = append(seeds, rng.Uint64())
		}
		if err := s.session(*p, seeds); err != nil {
			if failed = append(failed, s.told(err)); len(failed) == s.failures {
				break
			}
		}
		s.tally.sessions++
	}
	if s.verbose {
		s.tally.messages(s.out)
	}
	return errors.Join(failed...)
}

// session runs a round for each seed in one debugger.
func (s *soak) session(p program, seeds []uint64) error {
	var lists [][]step
	for _, seed := range seeds {
		lists = append(lists, generate(seed, p, s.commands))
	}
	at, err := s.hold(p, lists)
	if err != nil {
		return &failure{err: err, p: p, seed: seeds[at], list: lists[at]}
	}
	return nil
}

// hold runs lists in one debugger. On failure it returns the list that failed.
func (s *soak) hold(p program, lists [][]step) (at int, err error) {
	var to *service
	attach := 0
	if p.service {
		if to, err = serve(p); err != nil {
			return 0, err
		}
		attach = to.cmd.Process.Pid
		defer to.cmd.Process.Kill()
	}
	var log io.Writer
	if s.verbose {
		log = s.out
	}
	d, err := begin(s.binary, p, attach, log)
	if err != nil {
		return 0, err
	}
	defer d.cmd.Process.Kill()
	if _, err := d.do("", 0, s.patience); err != nil { // before a Ctrl-C, which would end a program that is just starting
		return 0, err
	}
	var before holding
	for i, list := range lists {
		r := &round{d: d, p: p, patience: s.patience, printed: filepath.Join(s.scratch, "printed"), tally: s.tally, pid: attach, live: p.service}
		if p.service && i > 0 {
			r.live = false
			list = append([]step{{command: "attach " + pid}}, list...)
		}
		if err := r.carryOut(list); err != nil {
			return i, fmt.Errorf("%w\nThe last that was said:\n%s", err, strings.Join(d.last, "\n"))
		}
		if err := r.settle(); err != nil {
			return i, err
		}
		s.tally.rounds++
		now, err := held(d.cmd.Process.Pid)
		if err != nil {
			return i, err
		}
		if now.memory > s.tally.most.memory {
			s.tally.most = now
		}
		if i == len(lists)/2 {
			before = now
		}
		if i == len(lists)-1 {
			if err := now.grown(before); err != nil {
				return i, err
			}
		}
	}
	if err := d.end(s.patience); err != nil {
		return len(lists) - 1, err
	}
	if to != nil {
		return len(lists) - 1, to.finish(s.patience)
	}
	return 0, nil
}

// replayed runs the list in a file.
func (s *soak) replayed() error {
	text, err := os.ReadFile(s.replay)
	if err != nil {
		return err
	}
	var list []step
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" {
			one, err := parseStep(line)
			if err != nil {
				return err
			}
			list = append(list, one)
		}
	}
	for _, p := range s.programs {
		if err := p.build(s.scratch); err != nil {
			return err
		}
		var lists [][]step
		for range s.rounds {
			lists = append(lists, list)
		}
		if _, err := s.hold(p, lists); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}
