package opvcall_test

import (
	"strings"
	"testing"

	"rseqstep/stepper/opv"
	"rseqstep/stepper/opvcall"
)

func TestParseSaysWhichPartIsWrong(t *testing.T) {
	for _, row := range []struct {
		abi    string
		number uint64
		want   opvcall.Call
		wrong  string // what the error names
	}{
		{abi: "v3", number: 335, want: opvcall.Call{ABI: opv.V3, Number: 335}},
		{abi: "v9", number: 1<<30 - 1, want: opvcall.Call{ABI: opv.V9, Number: 1<<30 - 1}},
		{abi: "v4", number: 335, wrong: `"v4"`},
		{abi: "", number: 335, wrong: `""`},
		{abi: "v3", number: 0, wrong: "0 is"},
		{abi: "v3", number: 1 << 30, wrong: "1073741824 is"},
	} {
		got, err := opvcall.Parse(row.abi, row.number)
		if got != row.want || (err != nil) != (row.wrong != "") || err != nil && !strings.Contains(err.Error(), row.wrong) {
			t.Errorf("%s, %d: %+v, %v", row.abi, row.number, got, err)
		}
	}
}
