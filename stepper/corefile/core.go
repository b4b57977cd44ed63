package corefile

import (
	"io"

	"rseqstep/stepper/machine"
	"rseqstep/table"
)

// Core is the content of a core file. It does not change.
type Core struct {
	in       input
	segments []segment // by address
	notes    []note    // the PT_NOTE segments
	expected uint64    // the size that the whole file would have; 0: it is complete

	arch    *machine.Arch
	threads []*Thread
	byTID   map[int]*Thread
	info    Info
	auxv    []byte
	files   []Mapping // by address
}

// Thread is one thread of a core file.
type Thread struct {
	TID     int
	Signal  int    // the signal that it stopped for, 0 for none (pr_cursig)
	Blocked uint64 // signals, signal n as bit n-1 (pr_sighold); gdb's generate-core-file writes 0
	Regs    machine.Regs

	fpregs, vectors, siginfo note // their contents in the file; size 0 for none
}

// Info is what a core file records about the process (NT_PRPSINFO).
type Info struct {
	PID  int
	Name string // of the program's file, its first 15 bytes
	Args string // the program's arguments with spaces between, the first 79 bytes
}

// Mapping is a mapped file in memory (NT_FILE).
type Mapping struct {
	Low, High table.Addr
	Offset    uint64 // bytes into the file
	Path      string // as named by the kernel: " (deleted)" may follow it
}

// Parse reads a core file of size bytes. The Core reads memory from r as long as it is used.
// Errors: ErrNotCore, ErrUnsupported, ErrTruncated, ErrMalformed, ErrNoThreads.
func Parse(r io.ReaderAt, size int64) (*Core, error) {
	c := &Core{in: input{r: r, size: uint64(max(size, 0))}, byTID: map[int]*Thread{}}
	if err := c.readHeaders(); err != nil {
		return nil, err
	}
	if err := c.readNotes(); err != nil {
		return nil, err
	}
	if len(c.threads) == 0 {
		return nil, ErrNoThreads
	}
	if c.info.PID == 0 {
		c.info.PID = c.threads[0].TID
	}
	return c, nil
}

// Info is the core's information about the process.
func (c *Core) Info() Info { return c.info }

// Threads are in the core's own order: the first is the one that the signal was for.
func (c *Core) Threads() []*Thread { return c.threads }

// Signal is the signal that killed the process, 0 if the core has none: gdb's
// generate-core-file made it.
func (c *Core) Signal() int { return c.threads[0].Signal }

// Missing is the size that the whole file would have, and its actual size; ok is false if
// nothing is missing.
func (c *Core) Missing() (expected, found uint64, ok bool) {
	return c.expected, c.in.size, c.expected > c.in.size
}
