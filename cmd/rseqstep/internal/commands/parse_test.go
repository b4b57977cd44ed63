package commands

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/cmd/rseqstep/internal/session"
	"rseqstep/stepper"
)

func TestWhereTakesLocationThreadAndConditionApart(t *testing.T) {
	for args, want := range map[string]where{
		"":                              {},
		"main":                          {location: "main"},
		"main if x > 1":                 {location: "main", condition: "x > 1"},
		"seed.c:12 thread 3 if (a)":     {location: "seed.c:12", thread: 3, condition: "(a)"},
		"*0x401000":                     {location: "*0x401000"},
		"if x":                          {condition: "x"},
		"iffy":                          {location: "iffy"},
		"f if(x)":                       {location: "f", condition: "(x)"},
		`f if name[0] == 'i' && thread`: {location: "f", condition: `name[0] == 'i' && thread`},
		"operator if":                   {},
	} {
		got, err := parseWhere(args)
		if args == "operator if" {
			if err == nil {
				t.Errorf("a condition that is missing is accepted: %+v", got)
			}
			continue
		}
		if err != nil || got != want {
			t.Errorf("parseWhere(%q) = %+v, %v; want %+v", args, got, err, want)
		}
	}
	if _, err := parseWhere("f thread x"); err == nil {
		t.Error("a thread that is no number is accepted")
	}
}

func TestNumbersReadsListsAndRanges(t *testing.T) {
	got, err := numbers("1 3-5, 9")
	if err != nil || !cmp.Equal(got, []int{1, 3, 4, 5, 9}) {
		t.Errorf("%v, %v", got, err)
	}
	for _, bad := range []string{"x", "5-3", "1-", "-1"} {
		if got, err := numbers(bad); err == nil {
			t.Errorf("numbers(%q) = %v", bad, got)
		}
	}
}

func TestHandleSeparatesSignalsFromActions(t *testing.T) {
	sigs, actions, err := parseHandle([]string{"SIGUSR1", "12", "nostop", "noprint"})
	if err != nil || !cmp.Equal(sigs, []int{10, 12}) {
		t.Fatalf("%v, %v", sigs, err)
	}
	d := stepper.Disposition{Stop: true, Print: true, Pass: true}
	for _, act := range actions {
		act(&d)
	}
	if d != (stepper.Disposition{Pass: true}) {
		t.Errorf("%+v", d)
	}
	if sigs, _, _ := parseHandle([]string{"all"}); len(sigs) != 62 {
		t.Errorf("all is %d signals; SIGINT and SIGTRAP must not be among them", len(sigs))
	}
	for _, bad := range [][]string{{"SIGNOSUCH"}, {"stop"}, {"1-x"}} {
		if _, _, err := parseHandle(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestEchoKnowsEscapes(t *testing.T) {
	for in, want := range map[string]string{`a\nb`: "a\nb", `\101\t`: "A\t", `\\`: `\`, `end\`: "end", `\q`: "q"} {
		if got := unescape(in); got != want {
			t.Errorf("unescape(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestDefinedCommandsGetTheirWords(t *testing.T) {
	words := strings.Fields("a b c d e f g h i j k")
	if got := substitute("$arg10 $arg1 $argc $arg0x", words); got != "k b 11 ax" {
		t.Errorf("%q", got)
	}
}

// newTable is the prompt's table over a session without a program.
func newTable(t *testing.T) (*prompt.Interp, *session.Session, *strings.Builder) {
	t.Helper()
	var out strings.Builder
	s := session.New(session.Config{Out: &out, Err: &out, Settings: session.DefaultSettings()})
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	in := &prompt.Interp{Err: &out}
	All(in, s)
	return in, s, &out
}

func TestGdbsAbbreviationsMeanWhatGdbMeans(t *testing.T) {
	in, _, _ := newTable(t)
	for line, want := range map[string]string{"b x": "break", "tb x": "tbreak", "r": "run", "c": "continue", "n": "next", "s": "step", "si": "stepi", "ni": "nexti",
		"fin": "finish", "u": "until", "bt": "backtrace", "where": "backtrace", "f": "frame", "p x": "print", "i r": "registers", "i b": "breakpoints", "info sh": "sharedlibrary",
		"l": "list", "d": "delete", "dis": "disable", "disas": "disassemble", "h": "help", "k": "kill", "q": "quit", "t": "thread", "x/i": "x", "cont": "continue",
		"wat x": "watch", "unt": "until", "adv x": "advance", "disp": "display", "undisp": "undisplay", "cond 1": "condition", "ig 1": "ignore", "ha x": "handle",
		"set var x=1": "variable", "sho args": "args", "i thr": "threads", "i sig": "signals", "inspect x": "print", "exit": "quit", "hb x": "hbreak", "i lo": "locals", "i rs": "rseq"} {
		cmd, _, err := in.Resolve(line)
		if err != nil || cmd.Name != want {
			t.Errorf("%q is %v (%v), want %s", line, cmd, err, want)
		}
	}
}

func TestEveryCommandHasHelp(t *testing.T) {
	in, _, _ := newTable(t)
	known := map[prompt.Class]bool{}
	for _, c := range prompt.Classes() {
		known[c.Class] = true
	}
	var walk func(r *prompt.Registry, path string)
	walk = func(r *prompt.Registry, path string) {
		for _, c := range r.Commands() {
			if c.Short == "" || strings.HasSuffix(c.Short, ".") {
				t.Errorf("%s %s: bad help %q", path, c.Name, c.Short)
			}
			if path == "" && !known[c.Class] {
				t.Errorf("%s is in no class", c.Name)
			}
			if c.Run == nil && c.Subs == nil {
				t.Errorf("%s %s does nothing", path, c.Name)
			}
			if c.Subs != nil {
				walk(c.Subs, path+" "+c.Name)
			}
		}
	}
	walk(in.Commands, "")
}

func TestCommandsWithoutAProcessSaySo(t *testing.T) {
	in, _, _ := newTable(t)
	for line, want := range map[string]string{"run": "No executable file", "next": "not being run", "continue": "not being run", "bt": "No stack", "info registers": "no registers",
		"finish": "No stack", "kill": "not being run", "detach": "not being run", "x/i $pc": "no registers", "list": "No symbol table", "break": "No default breakpoint", "break f": "No symbol table",
		"attach x": "process-id", "call f()": "No symbol", "info vdso": "not being run", "condition 7": "No breakpoint number 7", "handle": "Argument required"} {
		if err := in.Execute(line); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", line, err, want)
		}
	}
}

func TestSettingsAreShownAsTheyWereSet(t *testing.T) {
	in, _, out := newTable(t)
	for _, c := range [][2]string{{"listsize 5", "5"}, {"confirm off", "off"}, {"stuck-limit 7", "7"}, {"inside on", "on"}, {"follow-fork-mode child", "child"},
		{"breakpoint pending on", "on"}, {"disable-randomization off", "off"}, {"args a 'b c'", "a 'b c'"}, {"width 0", "unlimited"}, {"print pretty on", "on"}} {
		name := c[0][:strings.LastIndex(c[0], " ")]
		if strings.HasPrefix(c[0], "args") {
			name = "args"
		}
		if err := in.Execute("set " + c[0]); err != nil {
			t.Errorf("set %s: %v", c[0], err)
			continue
		}
		out.Reset()
		if err := in.Execute("show " + name); err != nil || !strings.Contains(out.String(), c[1]) {
			t.Errorf("show %s: %v, %q has no %q", name, err, out, c[1])
		}
	}
	for _, bad := range []string{"set listsize x", "set listsize 0", "set confirm maybe", "set follow-fork-mode both", "set nosuchsetting", "set"} {
		if err := in.Execute(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}
