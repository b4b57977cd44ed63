package dap

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

const (
	maxContent = 4 << 20 // bytes of a message; google/go-dap's own limit
	maxHeader  = 4 << 10 // bytes of its header
)

// FramingError says that the stream does not follow the protocol; nothing after it can
// be understood.
type FramingError struct{ Problem string }

func (e *FramingError) Error() string { return "not the Debug Adapter Protocol: " + e.Problem }

// ReadMessage reads the content of one message. Errors: *FramingError, io.EOF at the
// end of the stream, and read errors. google/go-dap's own reader accepts only one
// header field and does not limit the length of a header.
func ReadMessage(r *bufio.Reader) ([]byte, error) {
	length, seen := -1, 0
	for {
		line, err := r.ReadSlice('\n')
		if seen += len(line); seen > maxHeader || errors.Is(err, bufio.ErrBufferFull) {
			return nil, &FramingError{"a header of more than " + strconv.Itoa(maxHeader) + " bytes"}
		}
		switch {
		case err == io.EOF && seen > 0:
			return nil, io.ErrUnexpectedEOF
		case err != nil:
			return nil, err
		}
		field := strings.TrimRight(string(line), "\r\n")
		if field == "" {
			break
		}
		name, value, ok := strings.Cut(field, ":")
		if !ok {
			return nil, &FramingError{fmt.Sprintf("%q is not a header field", clip(field))}
		}
		if !strings.EqualFold(strings.TrimSpace(name), "Content-Length") {
			continue
		}
		n, err := strconv.ParseUint(strings.TrimSpace(value), 10, 63)
		switch {
		case err != nil:
			return nil, &FramingError{fmt.Sprintf("%q is not a valid Content-Length", clip(value))}
		case n > maxContent:
			return nil, &FramingError{fmt.Sprintf("a Content-Length of %d; the limit is %d", n, maxContent)}
		}
		length = int(n)
	}
	if length < 0 {
		return nil, &FramingError{"no Content-Length"}
	}
	content := make([]byte, length)
	if _, err := io.ReadFull(r, content); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	return content, nil
}

// WriteMessage writes the content of one message.
func WriteMessage(w io.Writer, content []byte) error {
	_, err := w.Write(append([]byte(fmt.Sprintf("Content-Length: %d\r\n\r\n", len(content))), content...))
	return err
}

// clip shortens text from outside for use in a message.
func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "…"
	}
	return s
}
