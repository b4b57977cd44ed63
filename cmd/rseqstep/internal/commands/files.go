package commands

import (
	"os"
	"path/filepath"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

func (d *desk) files() []*prompt.Command {
	file := func(args string) error {
		words, err := prompt.Words(args)
		if err != nil {
			return err
		}
		if len(words) > 1 {
			return prompt.Message("Give one file: %q.", args)
		}
		if d.Live() {
			if err := d.sure(prompt.Message("File not changed."), "A program is being debugged already.\nAre you sure you want to change the file?"); err != nil {
				return err
			}
		}
		path := ""
		if len(words) == 1 {
			path = words[0]
		}
		if err := d.SetProgram(path); err != nil || d.Core() == nil {
			return err
		}
		return d.OpenCore(d.Core().Path()) // the process's memory, with this program's symbols
	}
	return []*prompt.Command{
		{Name: "file", Aliases: []string{"exec-file"}, Class: prompt.Files, Usage: "[PATH]", Short: "Name the program to debug", Complete: d.fileWords, Run: file},
		d.coreFile(),
		{Name: "directory", Aliases: []string{"dir"}, Class: prompt.Files, Usage: "[DIR]", Short: "Add a directory to search for source files", Complete: d.fileWords,
			Run: func(args string) error {
				d.printf("Source directories searched: %s\n", strings.Join(append(d.SourceDirs(args), "$cdir", "$cwd"), ":"))
				return nil
			}},
		{Name: "cd", Class: prompt.Files, Usage: "[DIR]", Short: "Change the working directory, the program's too", Complete: d.fileWords,
			Run: func(args string) error {
				if args == "" || args == "~" {
					args, _ = os.UserHomeDir()
				}
				if err := os.Chdir(args); err != nil {
					return err
				}
				d.Cwd = ""
				return pwd(d)
			}},
		{Name: "pwd", Class: prompt.Files, Short: "Show the working directory", Run: func(string) error { return pwd(d) }},
		{Name: "shell", Aliases: []string{"!"}, Class: prompt.Support, Usage: "COMMAND", Short: "Run a shell command",
			Run: func(args string) error {
				cmd := shellCommand(args)
				cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, d.Out, d.Err
				return ended(cmd, cmd.Run())
			}},
	}
}

func pwd(d *desk) error {
	wd, err := os.Getwd()
	if err != nil {
		return err
	}
	if d.Cwd != "" {
		d.printf("Working directory %s (the program's: %s).\n", wd, d.Cwd)
		return nil
	}
	d.printf("Working directory %s.\n", wd)
	return nil
}

// fileNames completes a path.
func fileNames(prefix string) []string {
	found, err := filepath.Glob(strings.NewReplacer("*", "\\*", "?", "\\?", "[", "\\[").Replace(prefix) + "*")
	if err != nil {
		return nil
	}
	for i, f := range found {
		if st, err := os.Stat(f); err == nil && st.IsDir() {
			found[i] = f + "/"
		}
	}
	return found
}

func (d *desk) listing() []*prompt.Command {
	return []*prompt.Command{{Name: "list", Aliases: []string{"l"}, Class: prompt.Files, Usage: "[-|N|N,M|FUNCTION|FILE:N|*ADDRESS]", Short: "Show source lines", Repeat: prompt.RepeatBare,
		Long:   "Without an argument, and on an empty line, it continues after the lines shown\nlast; \"-\" shows the lines before those.",
		Ranked: true, Complete: d.locations, Run: d.List},
		{Name: "forward-search", Aliases: []string{"search", "fo"}, Class: prompt.Files, Usage: "REGEXP", Short: "Show the next source line that matches", Long: "It begins after the line listed last. $_ is the line's number.",
			Run: func(args string) error { return d.SearchLines(args, 1) }},
		{Name: "reverse-search", Aliases: []string{"rev"}, Class: prompt.Files, Usage: "REGEXP", Short: "Show the nearest source line above that matches", Long: "It begins before the line listed first. $_ is the line's number.",
			Run: func(args string) error { return d.SearchLines(args, -1) }},
	}
}
