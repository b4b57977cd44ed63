package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "soak:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	length   time.Duration
	seed     uint64
	only     string
	rounds   int
	commands int
	failures int
	patience time.Duration
	binary   string
	replay   string
	verbose  bool
}

func run(args []string, out io.Writer) error {
	var o options
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	flags.DurationVar(&o.length, "for", time.Minute, "how long; the session that runs then is finished")
	flags.Uint64Var(&o.seed, "seed", 0, "what the commands are made from; 0: the time")
	flags.StringVar(&o.only, "only", "", "the one fixture to use")
	flags.IntVar(&o.rounds, "rounds", 6, "rounds a session")
	flags.IntVar(&o.commands, "commands", 30, "commands a round, before it is run out")
	flags.IntVar(&o.failures, "failures", 1, "end after so many failures")
	flags.DurationVar(&o.patience, "patience", 90*time.Second, "how long one command may take before it counts as hanging")
	flags.StringVar(&o.binary, "rseqstep", "", "the rseqstep to drive; without, it is built")
	flags.StringVar(&o.replay, "replay", "", "a file with the commands of one round, for the fixture of -only; -rounds of it are run")
	flags.BoolVar(&o.verbose, "v", false, "print every command and answer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if o.seed == 0 {
		o.seed = uint64(time.Now().UnixNano())
	}
	scratch, err := os.MkdirTemp("", "soak")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if o.binary == "" {
		o.binary = filepath.Join(scratch, "rseqstep")
		if msg, err := exec.Command("go", "build", "-o", o.binary, "./cmd/rseqstep").CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, msg)
		}
	}
	s := &soak{options: o, out: out, scratch: scratch, tally: newTally()}
	if s.programs, err = choose(o.only); err != nil {
		return err
	}
	if o.replay != "" {
		return s.replayed()
	}
	err = s.soak()
	return errors.Join(err, s.tally.write(out))
}
