package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

func main() {
	if err := bench(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	rounds := flags.Int("rounds", 5, "how often each figure is taken; the median counts")
	only := flags.String("only", "", "hold only the contests whose title contains this")
	markdown := flags.Bool("markdown", false, "print what BENCHMARKS.md holds")
	binary := flags.String("rseqstep", "bin/rseqstep", "the rseqstep to measure")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 {
		return fmt.Errorf("-rounds %d: at least 1", *rounds)
	}
	b, err := prepare(*binary)
	if err != nil {
		return err
	}
	contests := []contest{stepping(b), unitRate(b), aborting(b), counting(b), hotLine(b), providing(b), gdbStepping(b), gdbHotLine(b), falsely(b)}
	contests = append(contests, append(delving(b), amongGoroutines(b)...)...)
	for _, threads := range crowds {
		contests = append(contests, crowded(b, threads))
	}
	contests = append(contests, attaching(b, "attach to 500 threads and detach", b.crowd, "500"))
	if b.workerd != "" {
		contests = append(contests, loads(b)...)
	}
	progress := io.Discard
	if term.IsTerminal(int(os.Stderr.Fd())) {
		progress = os.Stderr
	}
	write := contest.write
	if *markdown {
		write = contest.markdown
	}
	for _, c := range contests {
		if !strings.Contains(c.title, *only) {
			continue
		}
		if err := write(c, out, c.hold(*rounds, progress)); err != nil {
			return err
		}
	}
	return nil
}
