package main

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	var (
		length  = flag.Duration("for", 0, "try new seeds for this long")
		seed    = flag.Int64("seed", 0, "try this seed only, in every variant")
		only    = flag.String("variant", "", "try only variants that contain this text")
		binary  = flag.String("rseqstep", "", "rseqstep's binary; it is built if there is none")
		source  = flag.Bool("source", false, "print the seed's program and commands")
		verbose = flag.Bool("v", false, "print every comparison that is not the same")
	)
	flag.Parse()
	if err := run(*length, *seed, *only, *binary, *source, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "differ:", err)
		os.Exit(1)
	}
}

func run(length time.Duration, seed int64, only, binary string, source, verbose bool) error {
	if source {
		p := generate(seed)
		for _, f := range p.files {
			fmt.Printf("// %s\n%s\n", f.name, f.text)
		}
		fmt.Println(strings.Join(p.commands, "\n"))
		return nil
	}
	path, err := exec.LookPath("gdb")
	if err != nil {
		return err
	}
	t := tools{gdb: path, rseqstep: binary}
	if binary == "" {
		dir, err := os.MkdirTemp("", "differ")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		t.rseqstep = filepath.Join(dir, "rseqstep")
		if out, err := exec.Command("go", "build", "-o", t.rseqstep, "rseqstep/cmd/rseqstep").CombinedOutput(); err != nil {
			return fmt.Errorf("go build: %w\n%s", err, out)
		}
	}
	all := variants()
	first, last, step := seed, seed, 0
	switch {
	case length > 0 && seed == 0:
		first, last = time.Now().Unix(), 1<<62
		step = 5 // seeds and variants in another order: each seed is tried in one variant
	case seed == 0:
		first, last, step = 1, fixedSeeds, 5
	}
	end := time.Now().Add(length)
	var sum tally
	programs, broken := 0, 0
	for s := first; s <= last && (length == 0 || time.Now().Before(end)); s++ {
		p := generate(s)
		for n, v := range all {
			if step > 0 && int(s)*step%len(all) != n || !strings.Contains(v.String(), only) {
				continue
			}
			r, err := t.try(p, v)
			if err != nil {
				broken++
				fmt.Printf("%s, %v: %v\n", p.name, v, err)
				continue
			}
			programs++
			sum.add(r)
			r.report(os.Stdout, func(k verdict) bool { return k == fault || verbose && k != same })
		}
	}
	fmt.Printf("%d programs, %v\n", programs, &sum)
	if sum[fault] > 0 || broken > 0 {
		return fmt.Errorf("%d faults, %d programs that were not compared", sum[fault], broken)
	}
	return nil
}

// fixedSeeds is how many seeds one round without -for tries.
const fixedSeeds = 12
