// Values of Go for the tests of stepper/expr; they stop it in stop.
package main

import "fmt"

type point struct{ X, Y int }
type node struct {
	name string
	next *node
	pts  []point
}

var counter = 42
var names = []string{"a", "bb"}

//go:noinline
func work(n *node, k int, s string, xs []int, f float64, b byte, ok bool, e error, m map[string]int, arr [3]int16) int {
	local := k * 2
	pt := point{1, 2}
	ptr := &pt
	fmt.Sprint(ptr, local)
	return stop(local)
}

//go:noinline
func stop(x int) int { counter += x; return counter }

func main() {
	n := &node{name: "first", pts: []point{{1, 2}, {3, 4}}}
	n.next = &node{name: "second"}
	work(n, 7, "hello\n", []int{1, 2, 3}, 1.5, 'x', true, nil, map[string]int{"a": 1}, [3]int16{4, 5, 6})
}
