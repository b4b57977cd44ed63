// Goloop only computes: a sum, as many times as it is told to (default 1,000,000,000).
package main

import (
	"fmt"
	"os"
	"strconv"
)

func main() {
	n := 1_000_000_000
	if len(os.Args) > 1 {
		var err error
		if n, err = strconv.Atoi(os.Args[1]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(3)
		}
	}
	total := 0
	for i := range n {
		total += sum(i)
	}
	fmt.Println("total", total)
}

//go:noinline
func sum(i int) int {
	s := 0
	for j := range 10 {
		s += i * j
	}
	return s
}
