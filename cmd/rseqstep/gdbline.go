package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
)

// ours are the flags that stand for options of gdb's command line. gdb takes each with one
// dash or two, and its value as the next word or after '='. See gdb(1), "OPTIONS".
var ours = map[string]string{
	"ex": "--eval", "eval-command": "--eval",
	"iex": "--init-eval", "init-eval-command": "--init-eval",
	"x": "--execute", "command": "--execute",
	"ix": "--init-execute", "init-command": "--init-execute",
	"core": "--core", "pid": "--pid", "p": "--pid", "cd": "--cd",
	"d": "--directory", "directory": "--directory",
	"batch": "--batch", "nx": "--nx", "n": "--nx",
	"version": "--version", "v": "--version", "help": "--help",
}

// without are options of gdb that ask for what rseqstep does anyway.
var without = map[string]bool{"q": true, "quiet": true, "silent": true, "nh": true, "nw": true, "nowindows": true, "return-child-result": true, "readnow": true, "readnever": true}

// elsewhere are options of gdb that rseqstep answers with the command that does the same.
var elsewhere = map[string]string{
	"tui":         "there is no text user interface; \"rseqstep gdb -tui ...\" starts gdb's with rseqstep loaded",
	"i":           "there are no other interpreters; \"rseqstep gdb -i=mi ...\" starts gdb with rseqstep loaded, and \"rseqstep dap\" serves editors",
	"interpreter": "there are no other interpreters; \"rseqstep gdb -i=mi ...\" starts gdb with rseqstep loaded, and \"rseqstep dap\" serves editors",
	"args":        "a program must follow --args",
}

// gdbLine replaces gdb's options in front of the program by rseqstep's own flags. What follows
// the program, or "--", is left as it is.
func gdbLine(root *cobra.Command, args []string) ([]string, error) {
	cmd := root
	var out []string
	for i := 0; i < len(args); i++ {
		word := args[i]
		if word == "attach" && cmd == root { // it opens the prompt too
			cmd, out = subcommand(root, word), append(out, word)
			continue
		}
		if word == "--" || word == "-" || !strings.HasPrefix(word, "-") {
			return append(out, args[i:]...), nil
		}
		name, value, given := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(word, "-"), "-"), "=")
		flag, known := ours[name]
		switch {
		case name == "args" && !given && i+1 < len(args):
			return append(append(out, "--"), args[i+1:]...), nil
		case elsewhere[name] != "":
			return nil, usage(errors.New(elsewhere[name]))
		case without[name]:
			continue
		case known && given:
			out = append(out, flag+"="+value)
		case known && takesValue(cmd, flag) && i+1 < len(args):
			i++
			out = append(out, flag+"="+args[i])
		case known:
			out = append(out, flag)
		default:
			out = append(out, word)
			if !given && takesValue(cmd, word) && i+1 < len(args) {
				i++
				out = append(out, args[i])
			}
		}
	}
	return out, nil
}

func subcommand(root *cobra.Command, name string) *cobra.Command {
	for _, c := range root.Commands() {
		if c.Name() == name {
			return c
		}
	}
	return root
}

// takesValue reports whether the word after a flag is its value.
func takesValue(cmd *cobra.Command, word string) bool {
	if name, long := strings.CutPrefix(word, "--"); long {
		f := cmd.Flags().Lookup(name)
		return f != nil && f.NoOptDefVal == ""
	}
	if len(word) != 2 {
		return false // the value is in the word: -efoo
	}
	f := cmd.Flags().ShorthandLookup(word[1:])
	return f != nil && f.NoOptDefVal == ""
}
