package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"rseqstep/cmd/rseqstep/internal/commands"
	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// newHelpCmd is `rseqstep help`. Cobra's own shows the general help for a word that it does not know.
func newHelpCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command, also about those of the prompt",
		Long:  "help shows what a command of rseqstep does; if there is none of that name, what a\ncommand of the prompt does. \"help CLASS\" and \"help all\" list those, as at the prompt.",
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []cobra.Completion, _ cobra.ShellCompDirective) {
			for _, c := range cmd.Root().Commands() {
				if len(args) == 0 && !c.Hidden {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			found, rest, err := root.Find(args)
			if err == nil && len(rest) == 0 {
				found.InitDefaultHelpFlag()
				return found.Help()
			}
			in := &prompt.Interp{Err: e.stderr}
			s := session.New(session.Config{Out: e.stdout, Err: e.stderr, Settings: session.DefaultSettings(), About: version()})
			defer s.Close() // it has no process
			commands.All(in, s)
			if in.Help(e.stdout, strings.Join(args, " ")) == nil {
				return nil
			}
			err = fmt.Errorf("no command %q; try \"rseqstep help\", or \"rseqstep help all\" for the commands of the prompt", strings.Join(args, " "))
			if names := nearest(root, args[0]); len(names) > 0 {
				err = fmt.Errorf("%w; did you mean \"%s\"?", err, strings.Join(names, "\" or \""))
			}
			return usage(err)
		},
	}
}
