// Goaround prints what it was started with: its arguments, folder, some
// variables of its environment, and its standard input.
package main

import (
	"fmt"
	"io"
	"os"
)

func main() {
	fmt.Println("args", os.Args[1:])
	dir, err := os.Getwd()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("dir", dir)
	for _, name := range []string{"WORD", "LD_WORD", "DELVE_DEBUGSERVER_PATH"} {
		fmt.Println(name, os.Getenv(name))
	}
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("stdin %s\n", input)
}
