package remote

import (
	"fmt"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// The handler receives $_siginfo as the user has changed it, or as gdb restored
// it after a function call in the program.
func TestSiginfoOfGDBsIsWritten(t *testing.T) {
	bin := rseqstep(t)
	program := tabletest.Build(t, tabletest.Fixture{Source: "siginfo.c"})
	script := "CONNECT\nbreak main\ncontinue\nhandle SIGUSR1 stop print pass\nhandle SIGSEGV stop print pass\n" +
		"continue\nset var $_siginfo._sifields._rt.si_sigval.sival_int = 41\np $_siginfo._sifields._rt.si_sigval.sival_int\n" +
		"continue\np callee(6)\np $_siginfo._sifields._rt.si_sigval.sival_int\n" +
		"continue\nset var $_siginfo.si_code = 5\n" +
		"continue\nset var $_siginfo._sifields._sigfault.si_addr = (void *)4660\np callee(8)\ncontinue\n"
	for name, server := range map[string]string{
		"ours":  fmt.Sprintf("target remote | %s gdbserver - %s", bin, program),
		"stock": fmt.Sprintf("target remote | %s --once - %s", tabletest.NeedTool(t, "gdbserver"), program),
	} {
		t.Run(name, func(t *testing.T) {
			out := gdbRuns(t, program, strings.ReplaceAll(script, "CONNECT", server))
			wantInOrder(t, out, "SIGUSR1", "$1 = 41", "SIGUSR1", "$2 = 7", "$3 = 2", "SIGUSR1", "SIGSEGV", "$4 = 9")
			for _, s := range []string{"value 41 code -1\n", "value 2 code -1\n", "value 3 code 5\n", "address 4660\n", "called 2\n"} {
				if !strings.Contains(out, s) {
					t.Errorf("the program did not print %q:\n%s", s, out)
				}
			}
		})
	}
}
