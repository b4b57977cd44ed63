// Command rseqstep is a debugger that steps over Linux restartable sequences (rseq) and
// vDSO functions as units. This directory has one file per subcommand; the packages of
// the prompt are in internal/.
package main

import (
	"os"
	"runtime"
)

func main() {
	e := newEnv()
	for _, as := range []func(*env, []string) (int, bool){asBackend, asWaiting} {
		if status, ok := as(e, os.Args); ok {
			os.Exit(status)
		}
	}
	// Only the OS thread that started a process or attached to it may trace it.
	runtime.LockOSThread()
	os.Exit(run(e, byName(os.Args)))
}
