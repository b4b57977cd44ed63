package commands

import (
	"errors"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

func (d *desk) stack() []*prompt.Command {
	move := func(name string, aliases []string, short string, sign int) *prompt.Command {
		return &prompt.Command{Name: name, Aliases: aliases, Class: prompt.Stack, Usage: "[N]", Short: short, Repeat: prompt.RepeatSame,
			Run: func(args string) error {
				n := 1
				if args != "" {
					var err error
					if n, err = d.integer(args); err != nil {
						return err
					}
				}
				to := d.Level() + sign*n
				if to < 0 && (d.Level() > 0 || args != "") {
					to = 0
				}
				err := d.SelectFrame(to)
				if frames, _ := d.Frames(session.MaxFrames); errors.Is(err, session.ErrTop) && args != "" && len(frames) > 0 {
					err = d.SelectFrame(len(frames) - 1) // as far as there are frames
				}
				if err != nil {
					return err
				}
				return d.ShowFrame()
			}}
	}
	return []*prompt.Command{
		{Name: "backtrace", Aliases: []string{"bt", "where"}, Class: prompt.Stack, Usage: "[full] [N|-N]", Short: "Show the stack", Repeat: prompt.RepeatSame,
			Long: "N: only the N innermost frames, -N: the N outermost. full: local variables too.",
			Run:  d.backtrace},
		{Name: "frame", Aliases: []string{"f"}, Class: prompt.Stack, Usage: "[N]", Short: "Select and show a frame", Repeat: prompt.RepeatSame, Subs: d.frames(),
			Run: func(args string) error {
				if args != "" {
					return d.frameLevel(args)
				}
				return d.ShowFrame()
			}},
		move("up", nil, "Select and show the caller's frame", 1),
		move("down", []string{"dow"}, "Select and show the frame called by this one", -1),
	}
}

// backtrace is `backtrace [full] [N|-N]`.
func (d *desk) backtrace(args string) error {
	full, max := false, 0
	for _, w := range strings.Fields(args) {
		switch n, err := strconv.Atoi(w); {
		case err == nil:
			max = n
		case w == "full" || w == "-full":
			full = true
		default:
			return prompt.Message("%q is neither \"full\" nor a number.", w)
		}
	}
	return d.Backtrace(max, full)
}
