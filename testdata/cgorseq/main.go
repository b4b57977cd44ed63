// Cgorseq counts, in Go, by sections written in C and in assembly:
//
//	cgorseq [ROUNDS [THREADS]]
//
// ROUNDS (default 10) rounds of two lines each, for a debugger to step, while
// THREADS (default 0) goroutines on OS threads of their own count as well. It
// ends with status 1 if a count is lost, and prints how many tries the rounds
// took; one that is never aborted takes one each.
package main

/*
#cgo CFLAGS: -I${SRCDIR}/../include
#include "count.h"
*/
import "C"

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
)

func main() {
	rounds, threads := argument(1, 10), argument(2, 0)
	C.attach()
	finish := startWorkers(threads)
	tries := count(rounds)
	want := 2*rounds + finish()
	sum := int(C.total())
	fmt.Println("sum", sum, "of", want, "tries", tries, "of", 2*rounds)
	if sum != want {
		os.Exit(1)
	}
}

//go:noinline
func count(rounds int) (tries int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	for range rounds {
		tries += int(C.count_c())
		tries += int(C.count_asm())
	}
	return tries
}

// startWorkers starts n goroutines that count until finish is called, which
// returns how often they have.
func startWorkers(n int) (finish func() int) {
	var stop atomic.Bool
	var counted atomic.Int64
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			runtime.LockOSThread()
			for !stop.Load() {
				C.count_c()
				counted.Add(1)
			}
		})
	}
	return func() int {
		stop.Store(true)
		group.Wait()
		return int(counted.Load())
	}
}

// argument is the program's argument number n, if it has one.
func argument(n, otherwise int) int {
	if len(os.Args) <= n {
		return otherwise
	}
	v, err := strconv.Atoi(os.Args[n])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(3)
	}
	return v
}
