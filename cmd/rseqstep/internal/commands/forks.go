package commands

import "rseqstep/cmd/rseqstep/internal/prompt"

// followFork is `set follow-fork-mode`. "both" is asked for often enough to be
// answered in words.
func (d *desk) followFork() setting {
	s := d.choice(&d.Settings.FollowFork, "Which process is kept after a fork", "follow-fork-mode", "parent", "child")
	s.long = "The other one goes on free of the debugger. It can be attached to by another one: \"catch fork\" stops before either goes on."
	choose := s.set
	s.set = func(text string) error {
		if text == "both" {
			return prompt.Message("One process is debugged at a time: follow the parent or the child, and let another rseqstep attach to the other\none (\"catch fork\" stops with both held and names the child).")
		}
		return choose(text)
	}
	return s
}

// detachOnFork is `set detach-on-fork`, which gdb has for keeping both.
func (d *desk) detachOnFork() setting {
	return setting{names: []string{"detach-on-fork"}, short: "Whether the process that is not followed goes on after a fork", words: []string{"on"},
		get: func() string { return "on" },
		set: func(text string) error {
			yes, err := on(text)
			if err == nil && !yes {
				err = prompt.Message("One process is debugged at a time: the other one always goes on, free of the debugger.")
			}
			return err
		}}
}
