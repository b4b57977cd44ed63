package main

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/demo"
)

//go:embed demo/demo.c
var demoSource string

func newDemoCmd(e *env) *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use: "demo", Short: "Step a small program to show what rseqstep does", Args: cobra.NoArgs,
		Long: `Builds a small C program with the system's compiler and steps two copies of it:
one as a plain single-stepper would, for a limited number of steps, and one with
rseqstep. The numbers printed are measured while it runs.`,
		RunE: func(*cobra.Command, []string) error { return runDemo(e, keep) },
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "keep the program and its source, and say where they are")
	return cmd
}

func runDemo(e *env, keep bool) (err error) {
	cc, err := findCompiler()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "rseqstep-demo-")
	if err != nil {
		return err
	}
	if keep {
		defer fmt.Fprintf(e.stdout, "\nThe program is in %s\n", dir)
	} else {
		defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	}
	source, program := filepath.Join(dir, "demo.c"), filepath.Join(dir, "demo")
	if err := os.WriteFile(source, []byte(demoSource), 0o644); err != nil {
		return err
	}
	// Binding all symbols at the start keeps the dynamic linker out of the counted
	// steps.
	build := exec.Command(cc, "-g", "-O1", "-Wl,-z,now", "-o", program, source)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("%s failed: %w\n%s", strings.Join(build.Args, " "), err, out)
	}
	fmt.Fprintf(e.stdout, "Built %s with %s.\n", program, cc)
	return demo.Run(e.stdout, e.style(false), program, demoSource)
}

// findCompiler looks for a C compiler: $CC, then the usual names.
func findCompiler() (string, error) {
	names := []string{"cc", "gcc", "clang"}
	if cc := os.Getenv("CC"); cc != "" {
		names = append([]string{cc}, names...)
	}
	for _, n := range names {
		if path, err := exec.LookPath(n); err == nil {
			return path, nil
		}
	}
	return "", errors.New(`the demo needs a C compiler, and none of cc, gcc, clang is in PATH. Install one:
  Debian, Ubuntu:  apt-get install gcc libc6-dev
  Fedora:          dnf install gcc
  Arch:            pacman -S gcc
  Alpine:          apk add gcc musl-dev`)
}
