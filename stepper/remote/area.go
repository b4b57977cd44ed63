package remote

import (
	"fmt"
	"strconv"
)

// areaQuery answers qRseqArea:TID (hexadecimal), our own packet: the rseq area
// that a thread has registered, as "address,size,signature", all hexadecimal
// and 0,0,0 for none. The gdb script of this repository sends it; any other
// server gives the empty answer for an unknown packet, which is how the script
// recognises this one.
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
