package remote

import (
	"os"
	osuser "os/user"
	"path/filepath"
	"strings"
)

// expanded expands a directory as the user's shell and gdbserver do: "~" is the home
// directory, "~NAME" that of a user. The server expands it, because a home directory
// belongs to the machine that the program runs on.
func expanded(dir string) (string, error) {
	if dir == "" {
		return "", nil
	}
	if dir[0] != '~' {
		return filepath.Abs(dir)
	}
	name, rest, _ := strings.Cut(dir[1:], "/")
	home, err := os.UserHomeDir()
	if name != "" {
		var u *osuser.User
		if u, err = osuser.Lookup(name); err == nil {
			home = u.HomeDir
		}
	}
	return filepath.Join(home, rest), err
}
