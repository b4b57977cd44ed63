package delve

import (
	_ "embed"
	"io"
)

// script is rseqstep.star, for a stock dlv on its native backend.
//
//go:embed rseqstep.star
var script string

// WriteScript writes rseqstep.star, which the user loads into dlv with source.
func WriteScript(w io.Writer) error {
	_, err := io.WriteString(w, script)
	return err
}
