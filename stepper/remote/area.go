package remote

import (
	"fmt"
	"strconv"
)

// areaQuery answers qRseqArea:TID (hexadecimal), our own packet: the rseq area
// that a thread has registered, as "address,size,signature", all hexadecimal
// and 0,0,0 for none. Our gdb script asks; every other server gives the empty
// answer of an unknown packet, and is told from ours by it.
func (c *client) areaQuery(args string) (string, error) {
	tid, err := strconv.ParseUint(args, 16, 31)
	if err != nil {
		return "", errSyntax
	}
	for _, t := range c.p.engine.Threads() {
		if t.TID == int(tid) {
			r := t.Rseq.Config
			return fmt.Sprintf("%x,%x,%x", uint64(r.Area), r.Size, r.Signature), nil
		}
	}
	return "", fmt.Errorf("no thread %x", tid)
}
