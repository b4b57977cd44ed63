package dap

import (
	"encoding/base64"
	"fmt"

	"github.com/google/go-dap"
)

// maxMemory is how many bytes are read for one request.
const maxMemory = 1 << 20

func (s *server) readMemory(r *request, a dap.ReadMemoryArguments) error {
	at, err := address(a.MemoryReference, a.Offset)
	if err != nil {
		return err
	}
	if a.Count < 0 || a.Count > maxMemory {
		return fmt.Errorf("%d bytes: the limit is 0 to %d per request", a.Count, maxMemory)
	}
	b := make([]byte, a.Count)
	n, err := s.session.ReadMemory(at, b)
	if n == 0 && a.Count > 0 && err == nil {
		err = fmt.Errorf("no memory at %v", at)
	}
	body := dap.ReadMemoryResponseBody{Address: at.String(), Data: base64.StdEncoding.EncodeToString(b[:n])}
	if err != nil {
		body.UnreadableBytes = a.Count - n
	}
	s.respond(r, &dap.ReadMemoryResponse{Body: body})
	return nil
}

func (s *server) writeMemory(r *request, a dap.WriteMemoryArguments) error {
	at, err := address(a.MemoryReference, a.Offset)
	if err != nil {
		return err
	}
	b, err := base64.StdEncoding.DecodeString(a.Data)
	if err != nil {
		return fmt.Errorf("the data is not base64: %w", err)
	}
	e, err := s.session.Engine()
	if err != nil {
		return err
	}
	n, err := e.WriteMemory(at, b)
	s.session.Values().Forget()
	if err != nil && (n == 0 || !a.AllowPartial) {
		return fmt.Errorf("%d of %d bytes were written: %w", n, len(b), err)
	}
	s.respond(r, &dap.WriteMemoryResponse{Body: dap.WriteMemoryResponseBody{BytesWritten: n}})
	return nil
}
