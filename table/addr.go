package table

import "fmt"

// FileAddr is an address as a file states it (its link-time virtual address).
// In a relocatable object, whose sections all start at zero, it is an address
// in the layout that Parse gives the object's sections.
type FileAddr uint64

// Addr is an address in a process. Only a Module converts between the two.
type Addr uint64

func (a FileAddr) String() string { return fmt.Sprintf("%#x", uint64(a)) }
func (a Addr) String() string     { return fmt.Sprintf("%#x", uint64(a)) }
