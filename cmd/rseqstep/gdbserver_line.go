package main

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"rseqstep/stepper/remote"
)

// serverTarget is what the arguments of gdbserver name.
type serverTarget struct {
	comm    comm
	program []string // the program and its arguments; nil for none
	attach  int      // a process id; 0 for none
}

// parse parses the flags. gdbserver's --wrapper takes any number of values, up to "--",
// which pflag does not support, so it is removed first.
func (o *serverOptions) parse(cmd *cobra.Command, args []string) error {
	cmd.DisableFlagParsing = false
	cmd.InitDefaultHelpFlag()
	args, wrapper, err := cutWrapper(cmd.Flags(), args)
	if err != nil {
		return err
	}
	o.wrapper = wrapper
	return cmd.ParseFlags(args)
}

// cutWrapper removes "--wrapper WORD... --" from the flags, which end at the first
// argument that is not a flag.
func cutWrapper(flags *pflag.FlagSet, args []string) (rest, wrapper []string, err error) {
	for i := 0; i < len(args); i++ {
		a := args[i]
		if a == "-" || a == "--" || !strings.HasPrefix(a, "-") {
			break
		}
		if a != "--wrapper" {
			if f := flags.Lookup(strings.TrimPrefix(a, "--")); f != nil && f.NoOptDefVal == "" {
				i++ // its value
			}
			continue
		}
		end := slices.Index(args[i:], "--")
		if end <= 1 {
			return nil, nil, errors.New("--wrapper needs a command, and \"--\" after it: --wrapper env NAME=VALUE -- COMM PROGRAM")
		}
		wrapper = args[i+1 : i+end]
		args = slices.Concat(args[:i], args[i+end+1:])
		i--
	}
	return args, wrapper, nil
}

// check parses the arguments, and reports those that cannot be combined.
func (o *serverOptions) check(args []string) (err error) {
	if o.target, err = readTarget(args, o.attach); err != nil {
		return err
	}
	o.debug = &remote.DebugLog{}
	if err := o.debug.SetFormat(o.debugFormat); err != nil {
		return err
	}
	if shown := &o.debugged; shown.given {
		if shown.value == "" {
			shown.value = "threads"
		}
		if err := o.debug.Show(shown.value); err != nil {
			return err
		}
	}
	if o.disable, err = remote.DisablePackets(o.disablePacket.value); err != nil {
		return err
	}
	t := &o.target
	switch {
	case o.adopt != 0 && (t.attach != 0 || len(t.program) > 0):
		return errors.New("--adopt cannot be combined with a program or --attach")
	case o.launched && o.adopt == 0:
		return errors.New("--launched needs --adopt")
	case len(t.program) == 0 && t.attach == 0 && o.adopt == 0 && !o.multi:
		return errors.New("give a program, --attach PID, or --multi to let the client choose")
	}
	return nil
}

// readTarget parses the arguments after the flags: COMM PROGRAM ARG..., COMM alone, or
// with --attach COMM PID. The process id may also come before COMM, in the flag, or
// after an --attach that follows COMM, as in old versions of gdbserver.
func readTarget(args []string, attach optionalValue) (t serverTarget, err error) {
	address, pid := "", attach.value
	switch {
	case len(args) == 0:
		return t, errNoAddress
	case !attach.given && len(args) > 1 && args[1] == "--attach":
		if len(args) != 3 {
			return t, errors.New("--attach needs one process id")
		}
		attach.given, address, pid = true, args[0], args[2]
	case !attach.given:
		if address, t.program = args[0], args[1:]; len(t.program) > 0 && t.program[0] == "--" {
			t.program = t.program[1:] // no program has such a name
		}
	case pid != "" && len(args) == 1:
		address = args[0]
	case pid == "" && len(args) == 2 && isPID(args[0]):
		pid, address = args[0], args[1]
	case pid == "" && len(args) == 2:
		address, pid = args[0], args[1]
	case pid == "" && len(args) == 1 && isPID(args[0]):
		return t, errNoAddress
	case pid == "" && len(args) == 1:
		return t, errors.New("--attach needs a process id: --attach COMM PID")
	default:
		return t, errors.New("a program and --attach cannot be combined: --attach COMM PID")
	}
	if attach.given {
		if !isPID(pid) {
			return t, fmt.Errorf("%q is not a process id", pid)
		}
		n, _ := strconv.ParseInt(pid, 0, 32)
		t.attach = int(n)
	}
	t.comm, err = parseComm(address)
	return t, err
}

// isPID reports whether a word is a process id, in the notation of strtoul(3)
// with base 0 that gdbserver takes.
func isPID(word string) bool {
	n, err := strconv.ParseInt(word, 0, 32)
	return err == nil && n > 0
}

// optionalValue is a flag whose "=VALUE" is optional.
type optionalValue struct {
	none  string // pflag sets it to this without a value; the help shows it
	given bool
	value string // "" if none was given
}

// optionally defines such a flag.
func optionally(f *pflag.FlagSet, v *optionalValue, name, none, usage string) {
	v.none = none
	f.Var(v, name, usage)
	f.Lookup(name).NoOptDefVal = none
}

func (v *optionalValue) String() string { return "" }
func (v *optionalValue) Type() string   { return "" }

func (v *optionalValue) Set(s string) error {
	if v.given, v.value = true, s; s == v.none {
		v.value = ""
	}
	return nil
}

// setsFlag is a flag that sets a variable to the opposite of another flag; the later
// one wins.
type setsFlag struct {
	to    *bool
	value bool
}

func (f setsFlag) String() string   { return "" }
func (f setsFlag) Type() string     { return "bool" }
func (f setsFlag) Set(string) error { *f.to = f.value; return nil }
