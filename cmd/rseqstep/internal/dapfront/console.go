package dapfront

import (
	"encoding/json"
	"io"

	"rseqstep/cmd/rseqstep/internal/dap"
)

// says turns what our server says of sections into output events, which the
// editor gets between Delve's messages. Those have no numbers of their own.
func (f *front) says(r io.Reader) {
	buf := make([]byte, 4096)
	for {
		n, err := r.Read(buf)
		if n > 0 {
			content, failed := json.Marshal(map[string]any{"seq": 0, "type": "event", "event": "output",
				"body": map[string]any{"category": "console", "output": string(buf[:n])}})
			if failed == nil {
				failed = f.tell(content)
			}
			if failed != nil {
				return // the editor is gone
			}
		}
		if err != nil {
			return
		}
	}
}

// tell sends the editor a message. Any goroutine may call it.
func (f *front) tell(content []byte) error {
	f.writing.Lock()
	defer f.writing.Unlock()
	return dap.WriteMessage(f.Out, content)
}
