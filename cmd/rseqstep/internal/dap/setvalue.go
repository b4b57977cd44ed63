package dap

import (
	"fmt"

	"github.com/google/go-dap"

	"rseqstep/stepper/expr"
)

// setVariable answers setVariable: it assigns a new value, which may be any expression,
// to a part of what the client was shown.
func (s *server) setVariable(r *request, a dap.SetVariableArguments) error {
	h, err := s.handles.get(a.VariablesReference)
	if err != nil {
		return err
	}
	name, err := s.nameOf(h, a.Name)
	if err != nil {
		return err
	}
	c, v, err := s.assign(h, name, a.Value)
	if err != nil {
		return err
	}
	out := s.variable(c, h, expr.Variable{Value: v}, name, formatOf(a.Format))
	s.respond(r, &dap.SetVariableResponse{Body: dap.SetVariableResponseBody{Value: out.Value, Type: out.Type,
		VariablesReference: out.VariablesReference, NamedVariables: out.NamedVariables, IndexedVariables: out.IndexedVariables}})
	return nil
}

// setExpression answers setExpression.
func (s *server) setExpression(r *request, a dap.SetExpressionArguments) error {
	_, h, err := s.frameContext(a.FrameId)
	if err != nil {
		return err
	}
	c, v, err := s.assign(h, a.Expression, a.Value)
	if err != nil {
		return err
	}
	out := s.variable(c, h, expr.Variable{Value: v}, a.Expression, formatOf(a.Format))
	s.respond(r, &dap.SetExpressionResponse{Body: dap.SetExpressionResponseBody{Value: out.Value, Type: out.Type,
		VariablesReference: out.VariablesReference, NamedVariables: out.NamedVariables, IndexedVariables: out.IndexedVariables}})
	return nil
}

// assign assigns to what an expression names, and reads the new value back.
func (s *server) assign(h *handle, name, value string) (*expr.Context, expr.Value, error) {
	c, err := s.context(h)
	if err != nil {
		return nil, expr.Value{}, err
	}
	if _, err := c.Evaluate(fmt.Sprintf("(%s) = (%s)", name, value)); err != nil {
		return nil, expr.Value{}, err
	}
	s.session.Values().Forget()
	if c, err = s.context(h); err != nil {
		return nil, expr.Value{}, err
	}
	v, err := c.Evaluate(name)
	return c, v, err
}

// nameOf returns an expression for the part of h that has a name in the client.
func (s *server) nameOf(h *handle, name string) (string, error) {
	switch h.kind {
	case ofLocals:
		return name, nil
	case ofRegisters:
		return "$" + name, nil
	case ofValue:
		c, err := s.context(h)
		if err != nil {
			return "", err
		}
		if part, ok := c.PartNamed(h.value, name); ok && h.name != "" && part.Step != "" {
			return fmt.Sprintf(part.Step, h.name), nil
		}
	}
	return "", fmt.Errorf("%q cannot be assigned to", name)
}
