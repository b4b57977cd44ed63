// Gosince asks how long it has been running, again and again (default 100 times): time.Since calls
// runtime.nanotime1, which calls the vDSO. All that on one OS thread, which a debugger can step. It ends with status 1 if the clock ever goes back.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"time"
)

func main() {
	runtime.LockOSThread()
	n := 100
	if len(os.Args) > 1 {
		var err error
		if n, err = strconv.Atoi(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	start, last := time.Now(), time.Duration(0)
	for range n {
		now := elapsed(start)
		if now < last {
			fmt.Println("the clock went back")
			os.Exit(1)
		}
		last = now
	}
	fmt.Println("ok", n)
}

//go:noinline
func elapsed(start time.Time) time.Duration {
	return time.Since(start)
}
