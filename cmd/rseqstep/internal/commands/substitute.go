package commands

import (
	"rseqstep/cmd/rseqstep/internal/prompt"
)

// substitutePath adds `set substitute-path` and `show substitute-path`.
func (d *desk) substitutePath(set, show *prompt.Registry) {
	set.Add(&prompt.Command{Name: "substitute-path", Usage: "FROM TO", Short: "Look for source files below FROM below TO instead", Complete: d.fileWords,
		Run: func(args string) error {
			words, err := prompt.Words(args)
			if err != nil {
				return err
			}
			if len(words) != 2 {
				return prompt.Message("Incorrect usage, two arguments are required.")
			}
			d.SubstitutePath(words[0], words[1])
			return nil
		}})
	show.Add(&prompt.Command{Name: "substitute-path", Usage: "[FROM]", Short: "Where source files are looked for instead",
		Run: func(args string) error {
			d.printf("List of all source path substitution rules:\n")
			for _, r := range d.Substitutions() {
				if args == "" || args == r.From {
					d.printf("  `%s' -> `%s'.\n", r.From, r.To)
				}
			}
			return nil
		}})
}

// unsubstitutePath is `unset substitute-path`.
func (d *desk) unsubstitutePath() *prompt.Command {
	return &prompt.Command{Name: "substitute-path", Usage: "[FROM]", Short: "Remove one source path substitution rule, or all",
		Run: func(args string) error {
			if args == "" {
				if err := d.sure(nil, "Delete all source path substitution rules?"); err != nil {
					return err
				}
			}
			if !d.UnsubstitutePath(args) && args != "" {
				return prompt.Message("No substitution rule defined for `%s'", args)
			}
			return nil
		}}
}
