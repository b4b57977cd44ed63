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
	rounds := flags.Int("rounds", 6, "how often each figure is taken; the median counts")
	only := flags.String("only", "", "hold only the contests whose title contains this")
	markdown := flags.Bool("markdown", false, "print what BENCHMARKS.md holds")
	binary := flags.String("rseqstep", "bin/rseqstep", "the rseqstep to measure")
	before := flags.String("before", "", "compare with this earlier rseqstep, and with nothing else")
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
	contests := allContests(b)
	if *before != "" {
		earlier := *b
		earlier.rseqstep = *before
		contests = against(contests, allContests(&earlier))
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

func allContests(b *built) []contest {
	contests := []contest{stepping(b), unitRate(b), aborting(b), exercising(b), counting(b), hotLine(b), providing(b), gdbStepping(b), gdbHotLine(b), falsely(b)}
	contests = append(contests, append(delving(b), amongGoroutines(b)...)...)
	for _, threads := range crowds {
		contests = append(contests, crowded(b, threads))
	}
	contests = append(contests, attaching(b, "attach to 500 threads and detach", b.crowd, "500"))
	if b.workerd != "" {
		contests = append(contests, loads(b)...)
	}
	return contests
}

// against makes contests of what two builds of rseqstep come to, in turns.
func against(ours, before []contest) []contest {
	for i := range ours {
		earlier := before[i].contenders[0]
		earlier.name = "before"
		ours[i].contenders, ours[i].target = []contender{ours[i].contenders[0], earlier}, ""
	}
	return ours
}
