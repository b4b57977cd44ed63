package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"rseqstep/delve"
	"rseqstep/stepper/provide"
)

// delveCPUOpv removes --cpu-opv and --cpu-opv-nr from the front of a dlv command line
// and stores their values in the environment, for the backend that Delve will start.
func delveCPUOpv(cmd *cobra.Command, args []string) (rest []string, p provide.CPUOpv, err error) {
	flags := &cobra.Command{Use: cmd.Use}
	o := &provideOptions{}
	provideFlags(flags, o)
	n := 0
	for n < len(args) {
		name, _, inline := strings.Cut(args[n], "=")
		if name != "--cpu-opv" && name != "--cpu-opv-nr" {
			break
		}
		if n++; !inline {
			n++
		}
	}
	if n == 0 {
		p, err := cpuOpvOf(os.Getenv(delve.CPUOpvVariable)) // from the process that started us: see startDelve
		return args, p, err
	}
	n = min(n, len(args))
	if err := flags.ParseFlags(args[:n]); err != nil {
		return nil, p, usage(err)
	}
	if p, err = o.of(flags); err != nil {
		return nil, p, err
	}
	rest = args[n:]
	if why := withoutBackend(rest); why != "" {
		return nil, p, usage(errors.New("--cpu-opv: " + why))
	}
	return rest, p, os.Setenv(delve.CPUOpvVariable, fmt.Sprintf("%v:%d", p.ABI, p.Number))
}

// withoutBackend returns the reason why a dlv command line does not use our backend,
// which provides the call; "" if it does.
func withoutBackend(args []string) string {
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	for i, a := range args {
		name, value, inline := strings.Cut(a, "=")
		if name == "--backend" && !inline && i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case name == "--backend" && value != "lldb":
			return fmt.Sprintf("rseqstep's backend provides the call, and --backend=%s does not", value)
		case slices.Contains([]string{"core", "connect", "replay"}, a):
			return fmt.Sprintf("\"dlv %s\" runs no program that could be given the call", a)
		}
		if !strings.HasPrefix(a, "-") && (i == 0 || !strings.HasPrefix(args[i-1], "-")) {
			break
		}
	}
	return ""
}

// cpuOpvOf parses what delveCPUOpv has stored; "" means no call.
func cpuOpvOf(text string) (provide.CPUOpv, error) {
	if text == "" {
		return provide.CPUOpv{}, nil
	}
	abi, number, _ := strings.Cut(text, ":")
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		return provide.CPUOpv{}, fmt.Errorf("%s=%q: %w", delve.CPUOpvVariable, text, err)
	}
	return provide.Parse(abi, n)
}
