package exercise

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
)

// Write writes a Coverage as JSON.
func (c *Coverage) Write(w io.Writer) error {
	c.Version = Version
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(c)
}

// ErrVersion says that a Coverage is of a version that cannot be read.
var ErrVersion = errors.New("another version of the coverage file")

// Read reads what Write has written. Errors: ErrVersion, and those of encoding/json.
func Read(r io.Reader) (*Coverage, error) {
	c := &Coverage{}
	if err := json.NewDecoder(r).Decode(c); err != nil {
		return nil, err
	}
	if c.Version != Version {
		return nil, fmt.Errorf("%w: it has version %d, this program reads %d", ErrVersion, c.Version, Version)
	}
	for _, s := range c.Sections {
		if s == nil || slices.Contains(s.Boundaries, nil) {
			return nil, errors.New("a section or boundary is missing")
		}
		for _, b := range s.Boundaries {
			b.section = s
		}
	}
	return c, nil
}
