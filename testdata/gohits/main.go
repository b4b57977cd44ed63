// Gohits writes one variable by as many goroutines as its first argument says (default 2), each as often as its second
// says (default 100); half of the writes do not change it. Another one collects garbage all the time, for which Go's runtime preempts the others
// by SIGURG; with a third argument none does, and nobody sleeps between the rounds. It ends with status 1 if a goroutine has
// not done all of its rounds.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

var (
	counted int // by all of them, unprotected
	mine    []int
)

func main() {
	goroutines, rounds := argument(1, 2), argument(2, 100)
	hurry := len(os.Args) > 3
	mine = make([]int, goroutines)
	var all sync.WaitGroup
	for id := range goroutines {
		all.Go(func() {
			for range rounds {
				count(id)
				if !hurry {
					time.Sleep(time.Duration(id+1) * time.Millisecond)
				}
			}
		})
	}
	if !hurry {
		go func() {
			for {
				runtime.GC()
			}
		}()
	}
	all.Wait()
	for _, n := range mine {
		if n != rounds {
			fmt.Println("rounds", mine)
			os.Exit(1)
		}
	}
	fmt.Println("ok", counted)
}

//go:noinline
func count(id int) {
	n := mine[id]
	n++
	mine[id] = n
	counted = n / 2
}

// argument is the program's nth argument, or the default.
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
