package tabletest

import (
	"fmt"
	"testing"
	"time"
)

// hangs is the time after which a fuzz target's single input counts as hanging:
// otherwise thousands run in a second. The fuzzer itself would wait for ever.
const hangs = 20 * time.Second

// Hurry makes a hanging input crash, so that the fuzzer keeps it.
func Hurry(t *testing.T) {
	timer := time.AfterFunc(hangs, func() { panic(fmt.Sprintf("no end after %v", hangs)) })
	t.Cleanup(func() { timer.Stop() })
}
