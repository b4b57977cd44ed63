package dap

import (
	"fmt"
	"strings"

	"github.com/google/go-dap"

	"rseqstep/stepper/expr"
)

// maxParts limits the parts in one answer; editors page through the rest.
const maxParts = 1000

func (s *server) variables(r *request, a dap.VariablesArguments) error {
	h, err := s.handles.get(a.VariablesReference)
	if err != nil {
		return err
	}
	c, err := s.context(h)
	if err != nil {
		return err
	}
	list := []dap.Variable{}
	f := formatOf(a.Format)
	switch h.kind {
	case ofLocals:
		args, err := c.Args()
		if err != nil {
			return err
		}
		locals, err := c.Locals()
		if err != nil {
			return err
		}
		seen := map[string]bool{}
		for _, v := range append(locals, args...) { // innermost first
			name := v.Name
			if seen[v.Name] {
				name, v.Name = "", v.Name+" (hidden)" // no expression names it
			}
			seen[v.Name] = true
			list = append(list, s.variable(c, h, v, name, f))
		}
	case ofRegisters:
		arch := s.session.Arch()
		for _, name := range c.GeneralRegisters() {
			v, err := c.Evaluate("$" + name)
			if err != nil || v.Type == nil {
				continue // this processor does not have the register
			}
			f := f
			if f.Letter == 0 && name != arch.Names[arch.Flags] {
				f.Letter = 'x'
			}
			list = append(list, s.variable(c, h, expr.Variable{Name: name, Value: v}, "$"+name, f))
		}
	case ofValue:
		start, count := a.Start, a.Count
		if count <= 0 || count > maxParts {
			count = maxParts
		}
		named, indexed := c.Children(h.value)
		if a.Filter == "indexed" && indexed == 0 || a.Filter == "named" && named == 0 {
			break
		}
		for _, part := range c.Part(h.value, start, count) {
			name := ""
			if h.name != "" && part.Step != "" {
				name = fmt.Sprintf(part.Step, h.name)
			}
			list = append(list, s.variable(c, h, part.Variable, name, f))
		}
	default:
		return fmt.Errorf("reference %d stands for a frame, which has no variables", a.VariablesReference)
	}
	s.respond(r, &dap.VariablesResponse{Body: dap.VariablesResponseBody{Variables: list}})
	return nil
}

// formatOf returns the format in which the client wants values.
func formatOf(f *dap.ValueFormat) expr.Format {
	if f != nil && f.Hex {
		return expr.Format{Letter: 'x', Line: true}
	}
	return expr.Format{Line: true}
}

// variable describes a variable of h's frame. name is an expression for it.
func (s *server) variable(c *expr.Context, h *handle, v expr.Variable, name string, f expr.Format) dap.Variable {
	out := dap.Variable{Name: v.Name, Value: c.Text(v, f), EvaluateName: name}
	if v.Err != nil || v.Value.Type == nil {
		return out
	}
	out.Type = v.Value.Type.String()
	out.NamedVariables, out.IndexedVariables, out.VariablesReference = s.parts(c, h, v.Value, name)
	out.MemoryReference = memoryOf(c, v.Value)
	return out
}

// parts assigns a number to a value with parts. References count as named.
func (s *server) parts(c *expr.Context, h *handle, v expr.Value, name string) (named, indexed, reference int) {
	named, indexed = c.Children(v)
	if named+indexed > 0 {
		reference = s.handles.add(&handle{tid: h.tid, level: h.level, kind: ofValue, value: v, name: name})
	}
	return named, indexed, reference
}

// memoryOf returns the start of the memory to show for a value: what a pointer points
// to, otherwise the value's own address; "" for neither.
func memoryOf(c *expr.Context, v expr.Value) string {
	if a, err := c.ExamineAddress(v); err == nil && v.Type != nil && pointerType(v.Type.String()) {
		return a.String()
	}
	if a, ok := v.Addr(); ok {
		return a.String()
	}
	return ""
}

// pointerType reports whether a type's name, C's or Rust's, is that of a pointer.
func pointerType(name string) bool {
	return strings.HasSuffix(name, "*") || strings.HasPrefix(name, "*mut ")
}
