// A Go program whose functions, methods and assembler can be looked up.
package main

import (
	"fmt"
	"time"
)

type counter struct{ n int }

//go:noinline
func (c *counter) add(k int) int {
	c.n += k
	return c.n
}

func double(n int) int { return 2 * n }

func main() {
	c := &counter{}
	x := c.add(3)
	fmt.Println(double(x), time.Now().IsZero())
}
