// Gox87 loads numbers into x87 registers in assembly, and stores one of them: what a debugger shows of them at stored.
package main

import "fmt"

// load fills st0 to st3 with pi, 1, 0 and log2(10), and returns st0 rounded.
func load() int64

func main() {
	fmt.Println("stored", load())
}
