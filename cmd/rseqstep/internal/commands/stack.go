package commands

import (
	"errors"
	"strconv"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

func (d *desk) stack() []*prompt.Command {
	move := func(name string, aliases []string, short string, sign int, silent bool) *prompt.Command {
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
				if err != nil || silent {
					return err
				}
				return d.ShowFrame()
			}}
	}
	return []*prompt.Command{
		{Name: "backtrace", Aliases: []string{"bt", "where"}, Class: prompt.Stack, Usage: "[-OPTION WORD...] [full] [N|-N]", Short: "Show the stack", Repeat: prompt.RepeatSame,
			Long: "N: only the N innermost frames, -N: the N outermost. full: local variables too.\nOPTION: one of \"set print\", for this stack: -frame-arguments all.",
			Run:  d.backtrace},
		{Name: "frame", Aliases: []string{"f"}, Class: prompt.Stack, Usage: "[N]", Short: "Select and show a frame", Repeat: prompt.RepeatSame, Subs: d.frames(),
			Run: func(args string) error {
				if args != "" {
					return d.frameLevel(args)
				}
				return d.ShowFrame()
			}},
		move("up", nil, "Select and show the caller's frame", 1, false),
		move("up-silently", nil, "Select the caller's frame", 1, true),
		move("down-silently", nil, "Select the frame called by this one", -1, true),
		{Name: "select-frame", Class: prompt.Stack, Usage: "N", Short: "Select a frame", Run: func(args string) error {
			n, err := d.integer(args)
			if err != nil {
				return err
			}
			return d.SelectFrame(n)
		}},
		{Name: "faas", Class: prompt.Stack, Usage: "COMMAND", Short: "Same as \"frame apply all -s COMMAND\"", Run: func(args string) error { return d.applyFrames("all -s " + args) }},
		move("down", []string{"dow"}, "Select and show the frame called by this one", -1, false),
	}
}

// backtrace is `backtrace [-OPTION WORD...] [full] [N|-N]`.
func (d *desk) backtrace(args string) error {
	o := d.PrintOptions()
	old := *o
	defer func() { *o = old }()
	full, most := false, 0
	words := strings.Fields(args)
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		switch n, err := strconv.Atoi(w); {
		case err == nil:
			most = n
		case w == "full" || w == "-full":
			full = true
		case strings.HasPrefix(w, "-") && len(words) > 0:
			st, _, err := d.setting("print " + w[1:])
			if err == nil {
				err = st.set(words[0])
			}
			if err != nil {
				return err
			}
			words = words[1:]
		default:
			return prompt.Message("%q is neither \"full\" nor a number.", w)
		}
	}
	return d.Backtrace(most, full)
}
