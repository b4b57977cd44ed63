package delve

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCommandLinesOfDelveAreUnderstood(t *testing.T) {
	for _, c := range []struct {
		name string
		form Form
		args string
		want *Launch
		err  string // part of it
	}{
		{"launch", Debugserver, "-F -R 127.0.0.1:80 -- /bin/prog -R x", &Launch{Address: "127.0.0.1:80", Program: []string{"/bin/prog", "-R", "x"}, ASLR: true}, ""},
		{"surroundings", Debugserver, "-e LD_A=b=c --stdout-path /tmp/o --stdin-path=/dev/stdin -D -F -R h:1 -- p",
			&Launch{Address: "h:1", Program: []string{"p"}, Env: []string{"LD_A=b=c"}, Stdio: [3]string{"/dev/stdin", "/tmp/o", ""}}, ""},
		{"terminal and log", Debugserver, "--stdio-path /dev/pts/3 -g -l stdout -F -R h:1 -- p",
			&Launch{Address: "h:1", Program: []string{"p"}, Stdio: [3]string{"/dev/pts/3", "/dev/pts/3", "/dev/pts/3"}, ASLR: true}, ""},
		{"attach", Debugserver, "-R h:1 --attach=42", &Launch{Address: "h:1", Attach: 42, ASLR: true}, ""},
		{"wait", Debugserver, "-R h:1 --waitfor=/bin/p --waitfor-interval=1000 --waitfor-duration=3",
			&Launch{Address: "h:1", WaitFor: WaitFor{"/bin/p", time.Millisecond, 3 * time.Second}, ASLR: true}, ""},
		{"lldb-server", LLDBServer, "gdbserver :99 -- p a", &Launch{Address: ":99", Program: []string{"p", "a"}, ASLR: true}, ""},
		{"lldb-server attaches", LLDBServer, "gdbserver --attach 7 :99", &Launch{Address: ":99", Attach: 7, ASLR: true}, ""},
		{"probe", Debugserver, "--unmask-signals", nil, "unrecognized option"},
		{"nothing", Debugserver, "", nil, "no address"},
		{"no program", Debugserver, "-R h:1", nil, "no program"},
		{"no value", Debugserver, "-R", nil, "needs a value"},
		{"no number", Debugserver, "-R h:1 --attach=x", nil, "--attach"},
		{"another mode", LLDBServer, "platform", nil, "gdbserver"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := ParseLaunch(c.form, strings.Fields(c.args))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("error %v, want one with %q", err, c.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(Launch{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProbeIsAnsweredInDelvesWords(t *testing.T) {
	_, err := ParseLaunch(Debugserver, []string{"--unmask-signals"})
	var unknown UnknownOptionError
	if !errors.As(err, &unknown) || string(unknown) != "--unmask-signals" {
		t.Errorf("%v", err)
	}
}

func TestNameTellsWhoStartedUs(t *testing.T) {
	for name, want := range map[string]Form{
		"/home/u/.cache/rseqstep/ab/rseqstep-debugserver": Debugserver,
		"/usr/bin/debugserver":                            Debugserver,
		selfPath:                                          Debugserver,
		"lldb-server":                                     LLDBServer,
		"/usr/bin/rseqstep":                               NoForm,
		"rseqstep":                                        NoForm,
	} {
		if got := FormOf(name); got != want {
			t.Errorf("FormOf(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestBackendIsOursUnlessOneIsNamed(t *testing.T) {
	for args, want := range map[string]string{
		"exec p -- --backend=native": "--backend=lldb exec p -- --backend=native",
		"--backend=native exec p":    "--backend=native exec p",
		"exec --backend native p":    "exec --backend native p",
		"version":                    "--backend=lldb version",
	} {
		if got := strings.Join(withBackend(strings.Fields(args)), " "); got != want {
			t.Errorf("%q became %q, want %q", args, got, want)
		}
	}
}
