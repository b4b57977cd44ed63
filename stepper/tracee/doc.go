// Package tracee says what the Engine needs of a traced process: its state, what
// lets its threads go and waits for them, what changes it, and the events that come
// of it. It is a leaf: the Engine uses it, and whoever implements it (stepper/ptrace
// on Linux, stepper/corefile of a core file, the machines of the tests) knows nothing of the Engine.
package tracee
