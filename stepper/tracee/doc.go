// Package tracee declares what the Engine needs from a traced process: its state, the methods
// that resume its threads and wait for them, the methods that change it, and its events. It is a
// leaf: the Engine imports it, and its implementations (stepper/ptrace on Linux, stepper/corefile
// for a core file, the test machines) do not know the Engine.
package tracee
