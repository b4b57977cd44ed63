//go:build linux

package opv_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"rseqstep/stepper/machine"
	"rseqstep/stepper/machine/amd64"
)

func TestInterpreterAgreesWithTheProcessor(t *testing.T) {
	var cases []oracleCase
	for _, c := range oracleCases() {
		cases = append(cases, expand(c)...)
	}
	codes := assemble(t, cases)
	c := newProcessor(t)
	base := amd64.Regs(machine.Words{})
	if err := c.p.Regs(c.tid, &base); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(2017, 11))
	for n, o := range cases {
		for range tries {
			s, memory := generate(random, base, c.data, o.limit)
			s.W[amd64.RIP] = uint64(c.code)
			want, wantMemory, err := c.try(s, codes[n], memory)
			if err != nil {
				t.Fatalf("%s: %v", o.text, err)
			}
			got, gotMemory, err := interpret(s, codes[n], memory, c.code, c.data)
			if err != nil {
				t.Errorf("%s (% x): %v", o.text, codes[n], err)
				break
			}
			if what := difference(got, want, o.undefined); what != "" || !bytes.Equal(gotMemory, wantMemory) {
				t.Errorf("%s (% x): %s, memory equal: %v\nfrom %x", o.text, codes[n], what, bytes.Equal(gotMemory, wantMemory), s.W)
				break
			}
		}
	}
	t.Logf("%d instructions, %d inputs each", len(cases), tries)
}
