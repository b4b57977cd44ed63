// Gotime asks Go's runtime for the time again and again (default 100 times): time.Now and
// runtime.nanotime1, which time.Since comes to, call the vDSO. It ends with status 1 if the clock ever goes back.
package main

import (
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	n := 100
	if len(os.Args) > 1 {
		var err error
		if n, err = strconv.Atoi(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	last := time.Now()
	for range n {
		now := read()
		if now.Before(last) || time.Since(last) < 0 {
			fmt.Println("the clock went back")
			os.Exit(1)
		}
		last = now
	}
	fmt.Println("ok", n)
}

//go:noinline
func read() time.Time {
	return time.Now()
}
