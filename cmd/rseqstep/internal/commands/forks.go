package commands

import "rseqstep/cmd/rseqstep/internal/prompt"

// followFork is `set follow-fork-mode`. Users ask for "both" often enough that it gets
// a message of its own.
func (d *desk) followFork() setting {
	s := d.choice(&d.Settings.FollowFork, "Which process to debug after a fork", "follow-fork-mode", "parent", "child")
	s.long = "rseqstep detaches from the other process, which runs on without a debugger.\nAnother rseqstep can attach to it: \"catch fork\" stops before either of the two\nruns on."
	choose := s.set
	s.set = func(text string) error {
		if text == "both" {
			return prompt.Message("rseqstep debugs one process at a time: follow the parent or the child, and let another rseqstep attach to the other\none (\"catch fork\" stops with both held and names the child).")
		}
		return choose(text)
	}
	return s
}

// detachOnFork is `set detach-on-fork`, with which gdb keeps both processes.
func (d *desk) detachOnFork() setting {
	return setting{names: []string{"detach-on-fork"}, short: "Whether to detach from the other process at a fork", words: []string{"on"},
		get: func() string { return "on" },
		set: func(text string) error {
			yes, err := on(text)
			if err == nil && !yes {
				err = prompt.Message("rseqstep debugs one process at a time, and always detaches from the other one.")
			}
			return err
		}}
}
