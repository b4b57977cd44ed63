// Package call makes a thread call a function of the program, for the user, and restores the
// thread afterwards. It moves no thread: Calls changes registers and memory of a held thread so
// that it is at the function's first instruction, recognises that the function has returned, and
// restores the thread's state from before the call. The Engine runs the program in between.
//
// # Decisions, and what was refused
//
// A function returns to the hlt (arm64: the call of abort) behind the program's entry point, where a trap is set
// (returnAddress says why not to the stack, as in gdb). Calls saves the thread's registers and
// keeps the interrupted system call as the kernel left it. The Engine runs all threads as Continue
// does: if they were stopped, they might hold what the function waits for. No function is called
// from inside a section, live or in a quiet phase. Refused: finishing the section first, since the
// user would then find the thread at another place than before.
//
// If a called function stops, the thread stays in it, and Frames continues from its frames to
// those of its caller. Detaching restores the thread to its state before the call; gdb lets it
// return to an address where there is no code.
package call
