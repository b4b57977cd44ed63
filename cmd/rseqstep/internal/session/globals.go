package session

import (
	"fmt"
	"path"
	"regexp"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
	"rseqstep/stepper/symbols"
)

// Globals implements Values.
func (v *values) Globals(pattern string, types bool) ([]string, error) {
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, prompt.Message("Invalid regexp: %w", err)
	}
	set := v.set()
	if set == nil {
		return nil, ErrNoFile
	}
	what, list := "variables", set.Variables
	if types {
		what, list = "types", set.Types
	}
	head := fmt.Sprintf("All defined %s:", what)
	if pattern != "" {
		head = fmt.Sprintf("All %s matching regular expression %q:", what, pattern)
	}
	lines, file := []string{head}, ""
	for i, g := range list(re) {
		bare := g.Addr != 0
		switch {
		case g.Line.File != "" && g.Line.File != file:
			file = g.Line.File
			lines = append(lines, "", "File "+file+":")
		case bare && file != "-":
			file = "-"
			lines = append(lines, "", "Non-debugging symbols:")
		case !bare && g.Line.File == "" && (file != "" || i == 0):
			file = ""
			lines = append(lines, "")
		}
		switch {
		case bare:
			lines = append(lines, fmt.Sprintf("%#016x  %s", uint64(g.Addr), g.Name))
		case g.Line.Line == 0:
			lines = append(lines, "\t"+v.declaration(&g))
		default:
			lines = append(lines, fmt.Sprintf("%d:\t%s", g.Line.Line, v.declaration(&g)))
		}
	}
	return lines, nil
}

// declaration writes a variable or a type as C declares it.
func (v *values) declaration(g *symbols.Global) string {
	switch g.Kind {
	case "base":
		return g.Name
	case "typedef":
		if of, err := v.TypeOf(g.Name, false); err == nil {
			return "typedef " + declare(of, g.Name) + ";"
		}
		return "typedef " + g.Name + ";"
	case "":
	default:
		return g.Kind + " " + g.Name + ";"
	}
	static := ""
	name := g.Name
	if g.Static {
		static, name = "static ", fmt.Sprintf("'%s'::%s", path.Base(g.Line.File), g.Name)
	}
	of, err := v.TypeOf(name, false)
	if err != nil {
		of, err = v.TypeOf(g.Name, false)
	}
	if err != nil {
		return static + g.Name + ";"
	}
	return static + declare(of, g.Name) + ";"
}

// declare puts a name into a type's text: "int [3]" becomes "int a[3]", "void (*)(int)" becomes
// "void (*f)(int)".
func declare(of, name string) string {
	if before, after, ok := strings.Cut(of, "(*"); ok {
		stars := len(after) - len(strings.TrimLeft(after, "*"))
		return before + "(*" + after[:stars] + name + after[stars:]
	}
	if before, after, ok := strings.Cut(of, " ["); ok && !strings.Contains(before, "<") {
		return before + " " + name + "[" + after
	}
	if strings.HasSuffix(of, "*") || strings.HasSuffix(of, "&") {
		return of + name
	}
	return of + " " + name
}
