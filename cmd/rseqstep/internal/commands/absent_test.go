package commands

import (
	"errors"
	"testing"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
)

// A command of gdb that there is not is answered with what to do instead, and what is answered so
// there is not.
func TestAbsentCommandsAreAnswered(t *testing.T) {
	in := &prompt.Interp{}
	All(in, session.New(session.Config{}))
	for context, names := range map[string]map[string]string{"": absent(), "info ": absentInfo(), "set ": absentSettings(), "show ": absentSettings()} {
		for name, answer := range names {
			cmd, _, err := in.Resolve(context + name + " x")
			if err == nil && context == "set " {
				err = cmd.Run(name) // "set NAME" may be an assignment
			}
			var unknown *prompt.UnknownError
			if !errors.As(err, &unknown) || unknown.Answer != answer || answer == "" {
				t.Errorf("%s%s: %v", context, name, err)
			}
		}
	}
}
