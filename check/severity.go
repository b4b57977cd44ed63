package check

import "fmt"

// Severity is how bad a finding is.
type Severity uint8

const (
	Note    Severity = iota + 1 // worth knowing; nothing is wrong on the kernels looked at
	Warning                     // may be wrong: it depends on what the check cannot see
	Error                       // wrong
)

func (s Severity) String() string {
	switch s {
	case Note:
		return "note"
	case Warning:
		return "warning"
	case Error:
		return "error"
	}
	return fmt.Sprintf("Severity(%d)", uint8(s))
}

// ParseSeverity reads a severity by its name.
func ParseSeverity(text string) (Severity, error) {
	for s := Note; s <= Error; s++ {
		if s.String() == text {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%q is not a severity: error, warning or note", text)
}

// MarshalText writes the name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *Severity) UnmarshalText(b []byte) (err error) {
	*s, err = ParseSeverity(string(b))
	return err
}
