// Goadds adds atomically again and again (default 100 times), in a function of its own, and prints the sum.
package main

import (
	"fmt"
	"os"
	"strconv"
	"sync/atomic"
)

var sum int64

func main() {
	n := 100
	if len(os.Args) > 1 {
		var err error
		if n, err = strconv.Atoi(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	last := int64(0)
	for range n {
		last = add()
	}
	fmt.Println("sum", sum, "last", last)
}

//go:noinline
func add() int64 {
	return atomic.AddInt64(&sum, 1)
}
