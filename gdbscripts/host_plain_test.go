package gdbscripts

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// hostScripts are what people do in gdb, as arguments of gdb's. PROG is the program, DIR a
// folder, PID a process that waits.
var hostScripts = map[string]string{
	"arguments":       `-ex|run|-ex|print $_exitcode|-ex|run other "two words" > /dev/null|-ex|start|-ex|info line|--args|PROG|one|a b|*|$HOME|<in`,
	"shell":           `-ex|run $HOME ~ "$HOME" '$HOME' {a,b} *.nosuch DIR/i*|PROG`,
	"input":           `-ex|run read < DIR/in|-ex|set args read <DIR/in|-ex|run|PROG`,
	"no shell":        `-ex|set startup-with-shell off|-ex|run $HOME <in|PROG`,
	"environment":     `-ex|set environment WORDS set in gdb|-ex|run|-ex|unset environment WORDS|-ex|run|PROG`,
	"folder":          `-ex|cd DIR|-ex|run|-ex|set cwd /|-ex|run|-ex|set cwd|-ex|cd /usr|-ex|run|PROG`,
	"wrapper":         `-ex|set exec-wrapper env WORDS=wrapped|-ex|run|-ex|run "a b"|-ex|unset exec-wrapper|-ex|run|PROG`,
	"nothing to run":  `-ex|run|-ex|file PROG|-ex|run`,
	"starti":          `-ex|starti|-ex|info proc|-ex|info inferiors|-ex|kill|-ex|starti|-ex|continue|PROG`,
	"steps":           `-ex|start|-ex|next|-ex|next|-ex|next|-ex|step|-ex|bt|-ex|finish|-ex|info locals|-ex|until 52|-ex|print numbers|-ex|continue|PROG`,
	"breakpoints":     `-ex|break add if a == 1|-ex|tbreak abort|-ex|run|-ex|up|-ex|watch numbers._M_impl._M_finish|-ex|info breakpoints|-ex|delete|-ex|continue|PROG`,
	"calls":           `-ex|break add|-ex|run|-ex|print add(20, 3)|-ex|call (void) puts("called")|-ex|return 5|-ex|next|-ex|print numbers|-ex|kill|PROG`,
	"abort":           `-ex|run|-ex|print $_siginfo.si_signo|-ex|frame function main|-ex|info locals|-ex|continue|-ex|print $_exitsignal|--args|PROG|abort`,
	"core":            `-ex|frame function main|-ex|print numbers|-ex|info inferiors|-ex|break add|-ex|run|-ex|finish|-ex|kill|PROG|CORE`,
	"core by command": `-ex|run|-ex|core-file CORE|-ex|frame function main|-ex|run|-ex|print $_exitcode|PROG`,
	"attach":          `-ex|info inferiors|-ex|frame function main|-ex|print numbers|-ex|print over|-ex|detach|-ex|attach PID|-ex|kill|-ex|break add|-ex|run|-ex|info inferiors|-p|PID`,
	"fork":            `-ex|set follow-fork-mode child|-ex|run|-ex|set follow-fork-mode parent|-ex|catch fork|-ex|run|-ex|continue|--args|PROG|fork`,
	"exec":            `-ex|catch exec|-ex|run|-ex|continue|--args|PROG|exec`,
	"inferiors":       `-ex|run|-ex|add-inferior -exec SEED|-ex|inferior 2|-ex|run|-ex|inferior 1|-ex|run|-ex|file SEED|-ex|run|-ex|info inferiors|PROG`,
	"user's hook":     "-ex|source DIR/hook|-ex|set rseq auto on|-ex|run|PROG",
	"script":          `-x|DIR/script|--args|PROG|one|two words`,
	"wrong":           `-ex|attach|-ex|run|-ex|next|PROG`,
}

// plainly are the words in which a process under a server differs from gdb's own.
var plainly = []struct{ from, to string }{
	{`(?m)^(\[Thread debugging using libthread_db enabled\]|Using host libthread_db library .*|\[New inferior .*|\[New process .*)\n`, ""},
	{`(?m)^No symbol "rseq" .*\n`, ""},
	{`(process|LWP|pid|Inferior \d+ \(process) \d+`, "$1 N"},
	{`0x[0-9a-f]{9,}`, "ADDRESS"},
	{`Thread (\d+ "[^"]*" hit|ADDRESS \(LWP N\)|\d+\.\d+)`, "Thread T"},
	{` \(target evals\)`, ""},
	{`(?m)^child 3\n`, ""}, // of a parent that gdb does not wait for
	{`(?m)^(attempts )\d+`, "$1"},
	{`(fork to child) .*`, "$1"},
	{`(?m)^(Thread \d+ "[^"]*"|Program) (received|terminated)`, "It $2"},
	{`(?m)^Thread T (Temporary breakpoint|Breakpoint|Catchpoint|Hardware)`, "$1"},
	{`(on connection )?\d+ \((native|core|extended-remote [^)]*)\)`, ""},
	{` +`, " "}, {` \n`, "\n"},
}

// asPlain is a text without those words.
func asPlain(text string) string {
	for _, p := range plainly {
		text = regexp.MustCompile(p.from).ReplaceAllString(text, p.to)
	}
	return text
}

// TestGDBByRseqstepIsGDB gives gdb and `rseqstep gdb` the same command lines.
func TestGDBByRseqstepIsGDB(t *testing.T) {
	program, seed := hostProgram(t), tabletest.Build(t, seedLoop)
	gdb := tabletest.NeedTool(t, "gdb")
	dir := t.TempDir()
	for name, text := range map[string]string{"in": "first\nsecond\n", "script": "break add\nrun\nfinish\nprint numbers\ncontinue\nrun other </dev/null >/dev/null\n", "hook": "define hook-run\npython\nif 1:\n    print('the hook of the user')\nend\nend\n"} {
		if err := os.WriteFile(dir+"/"+name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range tabletest.SomeKeys(t, 4, hostScripts) {
		t.Run(name, func(t *testing.T) {
			script := hostScripts[name]
			if strings.Contains(script, "CORE") {
				_ = exec.Command(gdb, "-nx", "-q", "-batch", "-ex", "run", "-ex", "generate-core-file "+dir+"/core", "--args", program, "abort").Run() // the status is the last command's
			}
			said := map[bool]string{}
			for _, plain := range []bool{true, false} {
				pid := ""
				if strings.Contains(script, "PID") {
					pid = waiting(t, program)
				}
				line := strings.NewReplacer("PROG", program, "SEED", seed, "DIR", dir, "PID", pid, "CORE", dir+"/core").Replace(script)
				// The end of a thread is announced while the program prints, in the middle of its line at times.
				cmd := hostGDB(t, append([]string{"-batch", "-iex", "set print thread-events off"}, strings.Split(line, "|")...)...)
				if plain {
					cmd.Path, cmd.Args = gdb, append([]string{gdb}, cmd.Args[2:]...)
				}
				out, status := combined(cmd)
				said[plain] = asPlain(out) + "\nstatus " + status
				if !plain {
					t.Logf("%s", out)
				}
			}
			if said[true] != said[false] {
				t.Errorf("gdb:\n%s\n\nrseqstep gdb:\n%s", said[true], said[false])
			}
		})
	}
}

// What a server cannot do is refused before anything happens.
func TestWhatAServerCannotDoIsRefused(t *testing.T) {
	for script, want := range map[string]string{
		"-ex|set non-stop on|-ex|run|-ex|info inferiors": `"set non-stop off" or "rseq off" first`,
		"-ex|start|-ex|checkpoint|-ex|info checkpoints":  `"rseq off" first`,
	} {
		out, _ := combined(hostGDB(t, append(append([]string{"-batch"}, strings.Split(script, "|")...), tabletest.Build(t, seedLoop))...))
		if !strings.Contains(out, want) || strings.Contains(out, "attempts") || strings.Contains(out, "Detaching") {
			t.Errorf("%s: %q is missing in\n%s", script, want, out)
		}
	}
}
