package remote

import (
	"errors"
	"os"
	"strings"
	"syscall"
)

// lldbLaunch answers the packets with which lldb describes how to start a
// program; ok is false for others.
func (c *client) lldbLaunch(name, args string) (reply string, ok bool, err error) {
	switch name {
	case "SetSTDIN", "SetSTDOUT", "SetSTDERR":
		path, good := text(args)
		if !good {
			return "", true, errSyntax
		}
		c.with.stdio[map[string]int{"SetSTDIN": 0, "SetSTDOUT": 1, "SetSTDERR": 2}[name]] = path
	case "SetDetachOnError", "LaunchArch":
		// There is one architecture; a launched program ends with the server.
	default:
		return "", false, nil
	}
	return "OK", true, nil
}

// launchList is A, with which lldb before version 14 starts a program:
// LENGTH,INDEX,WORD and so on, the word in hexadecimal.
func (c *client) launchList(args string) (string, error) {
	var words []string
	for f := strings.Split(args, ","); len(f) >= 3; f = f[3:] {
		word, ok := text(f[2])
		if !ok {
			return "", errSyntax
		}
		words = append(words, word)
	}
	if len(words) == 0 {
		return "", errors.New("no program was named")
	}
	if err := c.end(); err != nil {
		return "", err
	}
	c.program, c.args = words[0], words[1:]
	if c.launchError = c.launch(c.conn.ctx, c.program, c.args); c.launchError != nil {
		return "", c.launchError
	}
	_, err := c.begin()
	return "OK", err
}

// launched answers qLaunchSuccess, in lldb's form.
func (c *client) launched() string {
	switch {
	case c.launchError != nil:
		return "E" + c.launchError.Error()
	case c.p == nil:
		return "E" + errNoProcess.Error()
	}
	return "OK"
}

// workingDir answers qGetWorkingDir: where programs are started.
func (c *client) workingDir() string {
	dir := c.with.dir
	if dir == "" {
		dir, _ = os.Getwd()
	}
	return toHex(dir)
}

// named opens the files that lldb has named for a program; nil for the others.
// The caller closes them.
func (w *launchWith) named() (to redirected, err error) {
	for i, path := range w.stdio {
		if path == "" {
			continue
		}
		mode := os.O_WRONLY | os.O_CREATE
		if i == 0 {
			mode = os.O_RDONLY
		}
		f, err := os.OpenFile(path, mode|syscall.O_NOCTTY, 0o666) // a terminal must not become ours
		if err != nil {
			return redirected{}, errors.Join(err, to.close())
		}
		to.files[i] = f
		to.own = append(to.own, f)
	}
	return to, nil
}
