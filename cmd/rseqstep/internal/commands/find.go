package commands

import (
	"errors"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/show"
)

// find is `find`.
func (d *desk) find() *prompt.Command {
	return &prompt.Command{Name: "find", Class: prompt.Data, Usage: "[/SIZE] [/N] START, END|+LENGTH, VALUE...", Short: "Search memory for values",
		Long:   "END is the last byte, LENGTH a number of bytes. Each VALUE has the size of its\ntype, or SIZE: b 1, h 2, w 4, g 8 bytes. A string has its final zero byte;\n{char[2]}\"ab\" has none. $_ is the last address found, $numfound the number of\nthem; N limits it.",
		Ranked: true, Complete: d.variables,
		Run: func(args string) error {
			format, rest := prompt.Format(args)
			more, rest := prompt.Format(rest)
			addresses := []string{}
			n, err := d.Values().Find(format+more, rest, func(address string) {
				if d.JSON != nil {
					addresses = append(addresses, address)
					return
				}
				d.printf("%s\n", address)
			})
			if d.JSON != nil {
				_, wrote := d.asJSON("find", show.Fields{"search": rest, "addresses": addresses})
				return errors.Join(err, wrote)
			}
			switch {
			case n == 1:
				d.printf("1 pattern found.\n")
			case n > 1:
				d.printf("%d patterns found.\n", n)
			case err == nil:
				d.printf("Pattern not found.\n")
			}
			return err
		}}
}
