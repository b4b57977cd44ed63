package dapfront

import (
	"encoding/json"
	"io"

	"rseqstep/cmd/rseqstep/internal/dap"
)

// says sends our server's messages about sections as output events, which the editor
// gets between Delve's messages. These events have no sequence numbers of their own.
func (f *front) says(r io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			content, failed := json.Marshal(map[string]any{"seq": 0, "type": "event", "event": "output",
				"body": map[string]any{"category": "console", "output": string(buf[:n])}})
			if failed == nil {
				failed = f.send(content)
			}
			if failed != nil {
				return // the editor has disconnected
			}
		}
		if err != nil {
			return
		}
	}
}

// send sends the editor a message. Any goroutine may call it.
func (f *front) send(content []byte) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	return dap.WriteMessage(f.Out, content)
}
