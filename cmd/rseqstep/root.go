package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/cmd/rseqstep/internal/show"
	"rseqstep/stepper/corefile"
	"rseqstep/stepper/opvcall"
)

// options are the flags of the debugger.
type options struct {
	script      []scriptPart // -x and -e in the order given
	first       []scriptPart // the same before the program is opened
	nx          bool         // run no init file
	pid         int          // the process to attach to
	cd          string       // the debugger's working directory
	directory   []string     // for source files
	batch       bool
	stopOnError bool
	json        string // where JSON goes: a file descriptor or a path; "" for nowhere
	aslr        bool
	cwd         string
	core        string // the core file to look at
	noColor     bool
	log         []logRequest
	provide     provideOptions
	cpuOpv      opvcall.Call // the system call that provide asks for
}

// scriptPart is one -x FILE or -e COMMAND.
type scriptPart struct {
	file bool
	text string
}

// partValue appends a flag's values to the parts, so that -x and -e keep their order.
type partValue struct {
	parts *[]scriptPart
	file  bool
}

func (v partValue) String() string { return "" }
func (v partValue) Set(s string) error {
	*v.parts = append(*v.parts, scriptPart{file: v.file, text: s})
	return nil
}
func (v partValue) Type() string {
	if v.file {
		return "FILE"
	}
	return "COMMAND"
}

func newRootCmd(e *env) *cobra.Command {
	o := &options{}
	root := &cobra.Command{
		Use:   "rseqstep [flags] PROGRAM [ARGS...]",
		Short: "A debugger that steps over restartable sequences and vDSO functions as units",
		Long: `rseqstep is a debugger for programs with Linux restartable sequences (rseq).
When it steps by line or by instruction, it runs every restartable sequence and
every vDSO function on the way as one unit: at full speed and in one step, which
does not make a sequence abort. The stop reports the outcome. The prompt accepts
gdb's commands and abbreviations.

Flags come before PROGRAM; everything after PROGRAM is passed to it. gdb's own
options are accepted: --args, -ex, -iex, -x, -q, -nx, -batch, -cd, -d, -p PID,
-c CORE. As in gdb, "rseqstep PROGRAM CORE" opens a core file; put -- or --args
before PROGRAM to pass a core file to the program as its argument instead.

The commands in ~/.config/rseqstep/init run first, and those in ./.rseqstep if
you answer that they may.

The exit status is 0, 1 if a command failed, 2 if the command line is wrong, 70
after an internal error, and N after "quit N". With --batch it is otherwise the
program's own.`,
		Example: `  rseqstep ./prog                                 debug a program
  rseqstep -e 'break main' -e run -e next ./prog  run these commands first
  rseqstep --batch -x script ./prog arg           run a script, then exit
  rseqstep --cpu-opv=v3 --batch ./prog            run a program with cpu_opv
  rseqstep --args ./prog core -x                  with these arguments
  rseqstep attach 1234                            debug a running process
  rseqstep ./prog core                            examine a core file
  rseqstep --core core                            the same; the core file names
                                                  its program
  rseqstep table ./prog                           list the sections of a file
  rseqstep opv ./prog                             say what each section does
  rseqstep check ./prog                           say what is wrong with them`,
		Args:          cobra.ArbitraryArgs,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.pid != 0 {
				return attachTo(e, o, cmd, args)
			}
			if cmd.ArgsLenAtDash() < 0 && o.core == "" && len(args) == 2 && corefile.Is(args[1]) {
				o.core, args = args[1], args[:1] // gdb PROGRAM CORE
			}
			if len(args) == 0 && len(o.script) == 0 && o.core == "" && !e.tty {
				return usage(errors.New("no program given; try \"rseqstep --help\""))
			}
			var err error
			if o.cpuOpv, err = o.provide.of(cmd); err != nil {
				return err
			}
			err = debugProgram(e, o, args)
			if len(args) > 0 && errors.Is(err, session.ErrNoProgram) {
				if names := nearest(cmd, args[0]); len(names) > 0 {
					err = &exitError{Status: 1, Err: fmt.Errorf("%w; did you mean the command \"%s\"?", err, strings.Join(names, "\" or \""))}
				}
			}
			return err
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return nil, cobra.ShellCompDirectiveDefault
		},
	}
	root.Version = version()
	root.SetVersionTemplate("{{.Version}}\n")
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.PersistentFlags().BoolVar(&e.debug, "debug", false, "show the stack trace of an internal error")
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage(prompt.Message("%w\nTry \"%s --help\".", err, cmd.CommandPath()))
	})
	root.SetUsageTemplate(strings.NewReplacer(".FlagUsages ", ".FlagUsagesWrapped 80 ", "more information about", "more about").Replace(root.UsageTemplate()))
	root.Flags().SetInterspersed(false)
	debugFlags(root, o)
	root.Flags().BoolVar(&o.aslr, "aslr", false, "leave address space layout randomization on")
	root.Flags().StringVarP(&o.core, "core", "c", "", "examine the core file `FILE`; without PROGRAM, use the program that it names")
	root.Flags().IntVarP(&o.pid, "pid", "p", 0, "attach to the running process `PID` (\"rseqstep attach --help\")")
	root.Flags().StringVar(&o.cwd, "cwd", "", "working directory `DIR` of the program")
	provideFlags(root, &o.provide)
	root.SetHelpCommand(newHelpCmd(e))
	root.AddCommand(newAttachCmd(e), newGDBCmd(e), newLLDBCmd(e), newGDBServerCmd(e), newLLDBServerCmd(e), newGDBScriptCmd(e), newDAPCmd(e), newTableCmd(e), newOpvCmd(e), newCheckCmd(e), newStatCmd(e), newExerciseCmd(e), newDemoCmd(e), newDlvCmd(e), newVersionCmd(e), newManCmd(e))
	return root
}

// debugFlags defines the flags of every command that opens the prompt.
func debugFlags(cmd *cobra.Command, o *options) {
	f := cmd.Flags()
	f.VarP(partValue{&o.script, true}, "execute", "x", "run the commands in `FILE`")
	f.VarP(partValue{&o.script, false}, "eval", "e", "run `COMMAND`; may be repeated")
	f.BoolVar(&o.nx, "nx", false, "do not run the commands in ~/.config/rseqstep/init, nor offer those in ./.rseqstep")
	f.Var(partValue{&o.first, false}, "init-eval", "run `COMMAND` before the program is opened; may be repeated")
	f.Var(partValue{&o.first, true}, "init-execute", "run the commands in `FILE` before the program is opened")
	f.StringVar(&o.cd, "cd", "", "work in directory `DIR`")
	f.StringArrayVarP(&o.directory, "directory", "d", nil, "search `DIR` for source files; may be repeated")
	f.BoolVar(&o.batch, "batch", false, "exit after the commands, or run the program if there are none; the exit status is the program's, or 128 + N if signal N killed it or would kill it next; it is 1 if a command failed")
	f.BoolVar(&o.stopOnError, "stop-on-error", false, "end at the first command of -e and -x that fails")
	f.StringVar(&o.json, "json", "", "write stops, and what commands show, as one JSON object per line, to `FD` or a file of that name; without it to standard output")
	f.Lookup("json").NoOptDefVal = "1"
	f.Var(logValue{&o.log}, "log", "log to FILE (append), or to standard error: commands, stops (as JSON), opv (cpu_opv vectors), all, or several with commas; may be repeated")
	f.BoolVar(&o.noColor, "no-color", false, "do not use colours (NO_COLOR has the same effect)")
}

// usage marks an error in the command line: exit status 2.
func usage(err error) error { return &exitError{Status: 2, Err: err} }

// style returns how output to the terminal looks.
func (e *env) style(noColor bool) show.Style {
	f, _ := e.stdout.(*os.File)
	return show.StyleFor(f, noColor)
}

// findProgram turns a program's name into a path: as gdb does, it looks a name without
// a slash up in PATH if the working directory has no such file.
func findProgram(name string) string {
	if strings.ContainsRune(name, filepath.Separator) {
		return name
	}
	if _, err := os.Stat(name); err == nil {
		return name
	}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		path := filepath.Join(dir, name)
		if st, err := os.Stat(path); err == nil && st.Mode().IsRegular() && st.Mode()&0o111 != 0 {
			return path
		}
	}
	return name
}

// nearest returns the commands whose names are nearest to a word: one change away, or
// else two. Cobra leaves help out of its suggestions.
func nearest(root *cobra.Command, word string) []string {
	helper := &cobra.Command{}
	helper.AddCommand(&cobra.Command{Use: "help", Run: func(*cobra.Command, []string) {}})
	for changes := 1; changes <= 2; changes++ {
		root.SuggestionsMinimumDistance, helper.SuggestionsMinimumDistance = changes, changes
		if names := append(root.SuggestionsFor(word), helper.SuggestionsFor(word)...); len(names) > 0 {
			return names
		}
	}
	return nil
}
