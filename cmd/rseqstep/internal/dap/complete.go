package dap

import (
	"unicode/utf16"

	"github.com/google/go-dap"
)

// completions answers completions with what the Tab key offers at the prompt, and variables where
// the line is an expression.
func (s *server) completions(r *request, a dap.CompletionsArguments) error {
	if s.session.HasProcess() && a.FrameId != 0 {
		if _, _, err := s.frameContext(a.FrameId); err != nil {
			return err
		}
	}
	column := a.Column
	if s.client.ColumnsStartAt1 {
		column--
	}
	units := utf16.Encode([]rune(a.Text)) // the protocol counts UTF-16 units
	text := string(utf16.Decode(units[:min(max(column, 0), len(units))]))
	targets := []dap.CompletionItem{}
	add := func(head string, words []string, kind string) {
		start := len(utf16.Encode([]rune(head)))
		length := len(utf16.Encode([]rune(text))) - start
		for _, w := range words {
			targets = append(targets, dap.CompletionItem{Label: w, Text: w, Type: dap.CompletionItemType(kind), Start: start + s.firstColumn(), Length: length})
		}
	}
	head, words := s.interp.Completions(text)
	add(head, words, "text")
	const print = "print "
	if head, words := s.interp.Completions(print + text); len(head) >= len(print) {
		if head = head[len(print):]; head == "" || !s.isCommand(text) {
			add(head, words, "variable")
		}
	}
	s.respond(r, &dap.CompletionsResponse{Body: dap.CompletionsResponseBody{Targets: targets}})
	return nil
}

// firstColumn is the number of a line's first column for the client. The protocol counts the
// start of a completion from there.
func (s *server) firstColumn() int {
	if s.client.ColumnsStartAt1 {
		return 1
	}
	return 0
}
