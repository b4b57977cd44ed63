// Package opvcall provides the cpu_opv system call to a program: the Target stops a thread that
// makes the call, and a Provider executes its operations while every thread of the process is
// held. Package opv defines what the operations do.
package opvcall
