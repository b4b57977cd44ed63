//go:build linux

package remote

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"testing"
)

// The client gets the program's output complete and in order, only between
// starts and stops, and before the report of the program's end.
func TestForwardedOutputIsWholeAndInItsTime(t *testing.T) {
	f, program, err := newForward()
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	var got bytes.Buffer
	running := false
	send := func(p []byte) { // called with f.mu locked
		if !running {
			t.Error("output while the client takes none")
		}
		b, err := hex.DecodeString(string(p[1:]))
		if p[0] != 'O' || err != nil || len(p) > maxPacket {
			t.Errorf("%.40q... of %d bytes: %v", p, len(p), err)
		}
		got.Write(b)
	}
	say := func(s string) {
		if _, err := program.WriteString(s); err != nil {
			t.Error(err)
		}
	}
	var want bytes.Buffer
	say("before it runs\n")
	want.WriteString("before it runs\n")
	running = true
	f.starts(send)
	for i := range 3000 { // more than the terminal holds
		line := fmt.Sprintf("line %d\n", i)
		want.WriteString(line)
		say(line)
	}
	f.stops(true)
	running = false
	if !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes of %d at the first stop", got.Len(), want.Len())
	}
	say("at the stop\n")
	running = true
	f.starts(send)
	say("last words")
	if err := program.Close(); err != nil {
		t.Fatal(err)
	}
	f.stops(false)
	if want.WriteString("at the stop\nlast words"); !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("%d bytes of %d at the end: ...%q", got.Len(), want.Len(), got.Bytes()[max(0, got.Len()-60):])
	}
}
