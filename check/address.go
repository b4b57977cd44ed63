package check

import (
	"fmt"
	"strconv"
)

// Address is an address in a report: of a file or of a process, as the field says. In JSON it is
// a string, because numbers there lose bits above 2^53.
type Address uint64

func (a Address) String() string { return fmt.Sprintf("%#x", uint64(a)) }

// MarshalText writes it in hexadecimal.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText writes.
func (a *Address) UnmarshalText(text []byte) error {
	n, err := strconv.ParseUint(string(text), 0, 64)
	*a = Address(n)
	return err
}
