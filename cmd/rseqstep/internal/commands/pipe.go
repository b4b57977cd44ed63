package commands

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/term"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// piping is `pipe`.
func (d *desk) piping() []*prompt.Command {
	return []*prompt.Command{{Name: "pipe", Aliases: []string{"|"}, Class: prompt.Support, Usage: "[-d WORD] COMMAND | SHELL-COMMAND", Short: "Send a command's output to a shell command",
		Long: "With -d, WORD stands between the two in place of |. \"COMMAND | SHELL-COMMAND\" is\nenough for a command that takes no expression, such as backtrace, info, list,\ndisassemble and help.",
		Run: func(args string) error {
			command, shell, ok := prompt.Pipeline(" " + args)
			if rest, delimited := strings.CutPrefix(args, "-d "); delimited {
				word, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
				command, shell, ok = strings.Cut(rest, word)
				command, shell = strings.TrimSpace(command), strings.TrimSpace(shell)
			}
			if !ok || command == "" || shell == "" {
				return prompt.Message("Missing COMMAND, \"|\" or SHELL-COMMAND.")
			}
			return d.pipe(command, shell)
		}}}
}

// lists reports whether a command only shows something and takes no expression in which '|'
// could be an operator.
func lists(c *prompt.Command) bool {
	switch c.Class {
	case prompt.Stack:
		return c.Name != "thread" && c.Name != "taas"
	case prompt.Status:
		return true
	}
	switch c.Name {
	case "list", "disassemble", "help", "apropos", "show", "complete":
		return true
	}
	return false
}

// shellCommand returns the user's shell with a command to run.
func shellCommand(text string) *exec.Cmd {
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	if text == "" {
		return exec.Command(shell)
	}
	return exec.Command(shell, "-c", text)
}

// ended is the error of a shell command's exit status.
func ended(cmd *exec.Cmd, err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return prompt.Message("%s ended with status %d.", filepath.Base(cmd.Path), exit.ExitCode())
	}
	return err
}

// pipe runs a command with its output going to a shell command.
func (d *desk) pipe(command, shell string) error {
	cmd := shellCommand(shell)
	cmd.Stdout, cmd.Stderr = d.Out, d.Err
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	failed := d.into(in, command)
	closed := in.Close()
	if err := ended(cmd, cmd.Wait()); err != nil {
		return errors.Join(failed, err)
	}
	return errors.Join(failed, closed)
}

// into runs a command with its output going to w.
func (d *desk) into(w io.Writer, command string) error {
	out, style, objects := d.Out, d.Style, d.JSON
	defer func() { d.Out, d.Style, d.JSON = out, style, objects }()
	d.Out, d.Style.Color, d.JSON = w, false, nil
	return d.in.Execute(command)
}

// page shows text that is longer than the screen by the user's pager, and reports whether it did.
func (d *desk) page(text string) bool {
	pager, rows := d.pager()
	if pager == "" || strings.Count(text, "\n") < rows {
		return false
	}
	cmd := shellCommand(pager)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(text), d.Out, d.Err
	if os.Getenv("LESS") == "" {
		cmd.Env = append(os.Environ(), "LESS=FRX") // colours, and what was read stays on the screen
	}
	err := cmd.Run()
	var exit *exec.ExitError
	return err == nil || errors.As(err, &exit)
}

// pager returns the command that shows long output, and the screen's number of lines; "" if output
// is not held back.
func (d *desk) pager() (command string, rows int) {
	f, ok := d.Out.(*os.File)
	if !ok || !d.TTY || !d.Settings.Pagination || !d.in.Interactive() {
		return "", 0
	}
	_, rows, err := term.GetSize(int(f.Fd()))
	if err != nil || rows < 2 {
		return "", 0
	}
	if d.Settings.Height > 0 {
		rows = d.Settings.Height
	}
	command, set := os.LookupEnv("PAGER")
	if !set {
		if _, err := exec.LookPath("less"); err == nil {
			command = "less"
		}
	}
	if command == "cat" {
		command = ""
	}
	return command, rows
}

// around runs a command that only shows something: into a pipe that its line asks for, or to the
// terminal, by the pager if it is long.
func (d *desk) around(cmd *prompt.Command, line string, run func() error) error {
	if _, _, piped := prompt.Pipeline(line); d.JSON != nil && shows(cmd) && !(piped && lists(cmd)) {
		return d.counted(d.infoName(line), run)
	}
	if !lists(cmd) {
		return run()
	}
	if command, shell, ok := prompt.Pipeline(line); ok {
		return d.pipe(command, shell)
	}
	if pager, _ := d.pager(); pager == "" {
		return run()
	}
	out := d.Out
	var text strings.Builder
	d.Out = &text
	err := run()
	d.Out = out
	if !d.page(text.String()) {
		d.printf("%s", text.String())
	}
	return err
}
