package session

import (
	"sort"
	"strings"
)

// Environment is the program's environment.
type Environment struct{ vars map[string]string }

// NewEnvironment parses "NAME=value" strings, as os.Environ returns them. A later one
// wins.
func NewEnvironment(list []string) *Environment {
	e := &Environment{vars: map[string]string{}}
	for _, v := range list {
		if name, value, ok := strings.Cut(v, "="); ok && name != "" {
			e.vars[name] = value
		}
	}
	return e
}

// Set sets a variable.
func (e *Environment) Set(name, value string) { e.vars[name] = value }

// Unset removes a variable; "" removes all.
func (e *Environment) Unset(name string) {
	if name == "" {
		e.vars = map[string]string{}
	}
	delete(e.vars, name)
}

// Lookup returns a variable's value.
func (e *Environment) Lookup(name string) (string, bool) {
	v, ok := e.vars[name]
	return v, ok
}

// List returns the environment as "NAME=value", sorted.
func (e *Environment) List() []string {
	out := make([]string, 0, len(e.vars))
	for n, v := range e.vars {
		out = append(out, n+"="+v)
	}
	sort.Strings(out)
	return out
}
