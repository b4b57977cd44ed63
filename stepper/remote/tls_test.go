package remote

import (
	"path/filepath"
	"strings"
	"testing"
)

const libraryTLS = `__thread int theirs = 7;
int touch(int n) { return theirs += n; }
`

const programTLS = `#include <pthread.h>
extern __thread int theirs;
int touch(int n);
__thread long pad = 1;
__thread int mine __attribute__((aligned(64))) = 5;
static void meet(void) {}
static void *other(void *p) { mine = 50; touch(70); meet(); return p; }
int main(void)
{
	pthread_t t;
	touch(1);
	pthread_create(&t, 0, other, 0);
	pthread_join(t, 0);
	return 0;
}
`

// gdb asks the server for thread-local variables, the program's and a library's.
func TestGDBReadsThreadLocalVariables(t *testing.T) {
	bin := rseqstep(t)
	library := compile(t, "libtheirs.so", libraryTLS, "-g", "-shared", "-fPIC")
	dir := filepath.Dir(library)
	for name, flags := range map[string][]string{"PIE": {"-pie", "-fPIE"}, "no-pie": {"-no-pie", "-fno-pie"}} {
		t.Run(name, func(t *testing.T) {
			program := compile(t, "tls", programTLS, append(flags, "-g", "-L"+dir, "-Wl,-rpath,"+dir, "-Wl,--no-as-needed", "-l:libtheirs.so", "-pthread")...)
			out := gdb(t, bin, program, "", "CONNECT\nbreak meet\ncontinue\np mine\np pad\np theirs\nset var mine = 51\nthread 1\np mine\np theirs\nthread 2\np mine\ncontinue\n")
			wantInOrder(t, out, "hit Breakpoint 1", "$1 = 50", "$2 = 1", "$3 = 77", "$4 = 5", "$5 = 8", "$6 = 51", "exited normally")
		})
	}
	t.Run("static", func(t *testing.T) {
		one := strings.NewReplacer("extern __thread int theirs;", "", "int touch(int n);", libraryTLS).Replace(programTLS)
		program := compile(t, "tls", one, "-g", "-static", "-pthread")
		out := gdb(t, bin, program, "", "CONNECT\nbreak meet\ncontinue\np mine\np theirs\nthread 1\np theirs\nkill\n")
		wantInOrder(t, out, "hit Breakpoint 1", "$1 = 50", "$2 = 77", "$3 = 8")
	})
}
