// Goopv calls cpu_opv (2017's, or 2018's) for the number of its operations, as system call 335, and prints it.
// It ends with status 1 where nobody answers, and is killed where the kernel does.
package main

import (
	"fmt"
	"os"
	"syscall"
)

func main() {
	const number, flagNumberOfOperations = 335, 1
	n, _, errno := syscall.Syscall6(number, 0, 0, ^uintptr(0), flagNumberOfOperations, 0, 0)
	if errno != 0 {
		fmt.Println("no cpu_opv here:", errno)
		os.Exit(1)
	}
	fmt.Println("operations", n)
}
