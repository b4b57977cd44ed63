package tabletest

import (
	"fmt"
	"testing"
	"time"
)

// hangs is when a fuzz target's single input counts as hanging: thousands run
// in a second otherwise. The fuzzer itself would wait for ever.
const hangs = 20 * time.Second

// Hurry makes an input that hangs a crasher, which the fuzzer keeps.
func Hurry(t *testing.T) {
	timer := time.AfterFunc(hangs, func() { panic(fmt.Sprintf("no end after %v", hangs)) })
	t.Cleanup(func() { timer.Stop() })
}
