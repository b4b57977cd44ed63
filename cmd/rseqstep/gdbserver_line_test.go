package main

import (
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestCommIsReadAsGDBServerDoes(t *testing.T) {
	tcp := func(network, host, port string) comm {
		return comm{Kind: commTCP, Network: network, Host: host, Port: port}
	}
	for s, want := range map[string]comm{
		"-":                   {Kind: commStdio},
		"stdio":               {Kind: commStdio},
		":2345":               tcp("tcp", "", "2345"),
		"host:2345":           tcp("tcp", "host", "2345"),
		"::1:2345":            tcp("tcp", "::1", "2345"),
		"[::1]:2345":          tcp("tcp", "::1", "2345"),
		"fe80::1:2345":        tcp("tcp", "fe80::1", "2345"),
		"tcp:host:0":          tcp("tcp", "host", "0"),
		"tcp::2345":           tcp("tcp", "", "2345"),
		"tcp4:127.0.0.1:1":    tcp("tcp4", "127.0.0.1", "1"),
		"tcp6:[::1]:65535":    tcp("tcp6", "::1", "65535"),
		"tcp6:::1:1":          tcp("tcp6", "::1", "1"),
		"unix:/run/x:y":       {Kind: commUnix, Path: "/run/x:y"},
		"/dev/ttyS0":          {Kind: commSerial, Path: "/dev/ttyS0"},
		"com1":                {Kind: commSerial, Path: "com1"},
		"stdiox":              {Kind: commSerial, Path: "stdiox"},
		"tcp4host:1":          tcp("tcp", "tcp4host", "1"),
		"localhost.local:080": tcp("tcp", "localhost.local", "080"),
	} {
		if got, err := parseComm(s); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", s, got, err, want)
		}
	}
	for s, why := range map[string]string{
		"udp:host:1":  "UDP is not supported",
		"udp6:host:1": "UDP is not supported",
		"host:":       "not a port",
		":-1":         "not a port",
		":65536":      "not a port",
		"host:name":   "not a port",
		"2345":        "give \":2345\"",
		"tcp:host":    "has no port",
		"unix:":       "path of a socket",
	} {
		if got, err := parseComm(s); err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("%q: %+v, %v; want an error with %q", s, got, err, why)
		}
	}
}

func TestWrapperIsCutOutOfTheFlags(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	flags.String("log", "", "")
	flags.Bool("once", false, "")
	for line, want := range map[string][2]string{
		"--wrapper env A=1 -- :0 prog":                    {":0 prog", "env A=1"},
		"--once --wrapper env -u A -- --log f :0 prog --": {"--once --log f :0 prog --", "env -u A"},
		"--log --wrapper :0 prog":                         {"--log --wrapper :0 prog", ""}, // a file of that name
		"--log=f --wrapper env -- :0 prog":                {"--log=f :0 prog", "env"},
		":0 prog --wrapper x -- y":                        {":0 prog --wrapper x -- y", ""},
		"- prog --wrapper x -- y":                         {"- prog --wrapper x -- y", ""},
		"-- --wrapper x -- y":                             {"-- --wrapper x -- y", ""},
		"--wrapper a -- --wrapper b c -- :0 prog":         {":0 prog", "b c"}, // the later one
	} {
		rest, wrapper, err := cutWrapper(flags, strings.Fields(line))
		if got := [2]string{strings.Join(rest, " "), strings.Join(wrapper, " ")}; err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{"--wrapper", "--wrapper --", "--wrapper -- :0 prog", "--wrapper env :0 prog"} {
		if _, _, err := cutWrapper(flags, strings.Fields(line)); err == nil {
			t.Errorf("%s: no error", line)
		}
	}
}

func TestWhatFollowsTheFlags(t *testing.T) {
	without, flag := optionalValue{}, optionalValue{given: true}
	with := optionalValue{given: true, value: "7"}
	for _, row := range []struct {
		attach  optionalValue
		line    string
		program []string
		pid     int
		why     string // the error
	}{
		{without, ":1 prog a -- --attach 5", []string{"prog", "a", "--", "--attach", "5"}, 0, ""},
		{without, ":1 -- prog a", []string{"prog", "a"}, 0, ""},
		{without, ":1 --attach 5", nil, 5, ""},
		{without, ":1 --attach", nil, 0, "one process id"},
		{without, ":1 --attach 5 6", nil, 0, "one process id"},
		{without, ":1", nil, 0, ""},
		{without, "", nil, 0, "address"},
		{flag, ":1 5", nil, 5, ""},
		{flag, ":1 0x10", nil, 16, ""},
		{flag, "5 :1", nil, 5, ""},
		{flag, ":1 0", nil, 0, "not a process id"},
		{flag, ":1 -5", nil, 0, "not a process id"},
		{flag, ":1", nil, 0, "needs a process id"},
		{flag, "5", nil, 0, "address"},
		{flag, ":1 5 prog", nil, 0, "cannot be combined"},
		{with, ":1", nil, 7, ""},
		{with, ":1 prog", nil, 0, "cannot be combined"},
	} {
		got, err := readTarget(strings.Fields(row.line), row.attach)
		if row.why != "" {
			if err == nil || !strings.Contains(err.Error(), row.why) {
				t.Errorf("%+v %s: %v; want an error with %q", row.attach, row.line, err, row.why)
			}
			continue
		}
		if err != nil || got.attach != row.pid || got.comm.Port != "1" || len(got.program)+len(row.program) > 0 && !reflect.DeepEqual(got.program, row.program) {
			t.Errorf("%+v %s: %+v, %v", row.attach, row.line, got, err)
		}
	}
}

func TestNamesUnderWhichTheProgramIsAServerOrADebugger(t *testing.T) {
	for name, want := range map[string]string{
		"rseqstep": "a b", "/usr/bin/gdbserver": "gdbserver a b", "x86_64-linux-gnu-gdbserver": "gdbserver a b", "./gdbserver-not": "a b",
		"gdb": "gdb a b", "/home/me/bin/rseqstep-gdb": "gdb a b", "rseqstep-lldb": "lldb a b", "lldb-server": "lldb-server a b", "gdb/rseqstep": "a b",
	} {
		if got := strings.Join(byName([]string{name, "a", "b"}), " "); got != want {
			t.Errorf("%s: %q, not %q", name, got, want)
		}
	}
}
