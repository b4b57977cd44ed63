package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
)

// commKind says how a server communicates with its client.
type commKind int

const (
	commStdio  commKind = iota + 1 // standard input and output
	commTCP                        // Network, Host and Port
	commUnix                       // a socket at Path
	commSerial                     // a terminal device at Path
)

// comm is gdbserver's argument COMM, parsed.
type comm struct {
	Kind    commKind
	Network string // "tcp", "tcp4" or "tcp6"
	Host    string // "" means localhost
	Port    string // a number; "0" means any free port
	Path    string
}

// parseComm parses COMM as gdb's and gdbserver's manuals define it, and unix:PATH for a
// Unix socket. Whether a path is a terminal shows only when it is opened.
func parseComm(s string) (comm, error) {
	if s == "-" || s == "stdio" {
		return comm{Kind: commStdio}, nil
	}
	if path, ok := strings.CutPrefix(s, "unix:"); ok {
		if path == "" {
			return comm{}, errors.New("\"unix:\" needs the path of a socket")
		}
		return comm{Kind: commUnix, Path: path}, nil
	}
	for _, p := range []string{"udp:", "udp4:", "udp6:"} {
		if strings.HasPrefix(s, p) {
			return comm{}, fmt.Errorf("%q: UDP is not supported (gdbserver does not support it either); give HOST:PORT, which is TCP", s)
		}
	}
	network, address := "tcp", s
	for _, p := range []string{"tcp", "tcp4", "tcp6"} {
		if rest, ok := strings.CutPrefix(s, p+":"); ok {
			network, address = p, rest
		}
	}
	colon := strings.LastIndexByte(address, ':')
	if colon < 0 {
		if _, err := strconv.Atoi(s); err == nil {
			return comm{}, fmt.Errorf("%q is not an address; for a port give \":%s\"", s, s)
		}
		if network != "tcp" || address != s {
			return comm{}, fmt.Errorf("%q has no port: tcp:HOST:PORT expected", s)
		}
		return comm{Kind: commSerial, Path: s}, nil
	}
	host, port := address[:colon], address[colon+1:]
	if inner, ok := strings.CutPrefix(host, "["); ok && strings.HasSuffix(inner, "]") {
		host = strings.TrimSuffix(inner, "]")
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		return comm{}, fmt.Errorf("%q: %q is not a port: a number from 0 to 65535 expected", s, port)
	}
	return comm{Kind: commTCP, Network: network, Host: host, Port: port}, nil
}

// openSerial opens a terminal device as a connection, in raw mode.
func openSerial(path string) (*serial, error) {
	st, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither an address nor a device: HOST:PORT, :PORT, unix:PATH, a terminal device, or - expected", path)
	}
	if err != nil {
		return nil, err
	}
	if st.Mode()&fs.ModeCharDevice == 0 {
		return nil, fmt.Errorf("%s is not a terminal device; for a socket give unix:%s", path, path)
	}
	return newSerial(path)
}
