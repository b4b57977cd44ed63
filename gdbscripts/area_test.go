package gdbscripts

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

func areas(t *testing.T, place string, env []string, program ...string) string {
	t.Helper()
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	driver, err := os.ReadFile("testdata/areas.py")
	if err != nil {
		t.Fatal(err)
	}
	return gdbScript(t, "areas.py", string(driver), append(env, "PLACE="+place), append([]string{"--args"}, program...)...)
}

func TestAreasOfThreadsAreTheKernels(t *testing.T) {
	out := areas(t, "stepped", nil, tabletest.Build(t, tabletest.Fixture{Source: "percpu.c", Flags: []string{"-pthread"}}), "8", "20000")
	// A thread that is only just being made may have no area yet.
	if n := regexp.MustCompile(`'glibc': ([5-9]), 'symbol': 0, 'file': 0`).FindString(out); n == "" {
		t.Errorf("glibc's word and the kernel's differ:\n%s", out)
	}
	wantInOrder(t, out, "Thread", "0x53053053", "The kernel reported these areas.")
}

func TestAreaThatTheProgramRegistered(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "ownreg.c", Flags: []string{"-DFIX_CALL"}})
	out := areas(t, "rseq_addv", []string{"GLIBC_TUNABLES=glibc.pthread.rseq=0"}, program)
	wantInOrder(t, out, "AGREE {'glibc': 0, 'symbol': 0", "0x53053053", "The kernel reported these areas.")
}

// workerd's area is tcmalloc's __rseq_abi: libthread_db finds it, and so does
// the program's file, which is what there is for a core.
func TestAreaOfTcmalloc(t *testing.T) {
	out := areas(t, "exit", []string{"GLIBC_TUNABLES=glibc.pthread.rseq=0"}, tabletest.NeedWorkerdRuns(t), "--version")
	wantInOrder(t, out, "AGREE {'glibc': 0, 'symbol': 1, 'file': 1}", "The kernel reported these areas.")
}

func TestAreasThroughServers(t *testing.T) {
	program := tabletest.Build(t, tabletest.Fixture{Source: "seed.c"})
	tabletest.NeedPtrace(t)
	tabletest.NeedRseq(t)
	script := fmt.Sprintf("break rseqfix.h:%d\ncontinue\ninfo rseq\nkill\n", tabletest.Line(t, "include/rseqfix.h", "return (int)fix_area()->cpu_id_start"))
	t.Run("ours", func(t *testing.T) {
		out := gdb(t, "set sysroot /\ntarget remote | "+server(t)+" gdbserver - "+program+"\ninfo rseq\n"+script, program)
		wantInOrder(t, out, "* 1 (", "not registered", "main+", "* 1 (", "0x53053053", "The server asked the kernel")
	})
	t.Run("gdbserver", func(t *testing.T) {
		out := gdb(t, "set sysroot /\ntarget remote | "+tabletest.NeedTool(t, "gdbserver")+" - "+program+"\n"+script, program)
		wantInOrder(t, out, "main+", "* 1 (", "0x7f", "glibc says that it has registered these areas")
		if strings.Contains(out, "monitor") {
			t.Errorf("a foreign server is bothered:\n%s", out)
		}
	})
}
