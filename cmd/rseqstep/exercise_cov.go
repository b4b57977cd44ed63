package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"rseqstep/exercise"
)

// read reads the coverage file, which need not exist; nil without one.
func (o *exerciseOptions) read() (*exercise.Coverage, error) {
	if o.coverage == "" {
		return nil, nil
	}
	f, err := os.Open(o.coverage)
	if errors.Is(err, os.ErrNotExist) {
		return &exercise.Coverage{}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("--cov: %w", err)
	}
	defer f.Close()
	c, err := exercise.Read(f)
	if err != nil {
		return nil, fmt.Errorf("--cov: %s: %w", o.coverage, err)
	}
	return c, nil
}

// save writes the coverage file, whole or not at all.
func (o *exerciseOptions) save(c *exercise.Coverage) error {
	f, err := os.CreateTemp(filepath.Dir(o.coverage), ".rseqstep-cov-*")
	if err != nil {
		return fmt.Errorf("--cov: %w", err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(c.Write(f), f.Chmod(0o644), f.Close()); err != nil {
		return fmt.Errorf("--cov: %w", err)
	}
	return os.Rename(f.Name(), o.coverage)
}
