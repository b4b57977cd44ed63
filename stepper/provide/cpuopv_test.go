package provide_test

import (
	"errors"
	"strings"
	"testing"

	"rseqstep/stepper/opv"
	"rseqstep/stepper/provide"
	"rseqstep/stepper/steptest"
)

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		abi    string
		number uint64
		want   provide.CPUOpv
		why    string
	}{
		{"v3", provide.Number, provide.CPUOpv{ABI: opv.V3, Number: provide.Number}, ""},
		{"v9", 1, provide.CPUOpv{ABI: opv.V9, Number: 1}, ""},
		{"v9", 1<<30 - 1, provide.CPUOpv{ABI: opv.V9, Number: 1<<30 - 1}, ""},
		{"v9", 1 << 30, provide.CPUOpv{}, "no such system call number"},
		{"v3", 0, provide.CPUOpv{}, "no such system call number"},
		{"", provide.Number, provide.CPUOpv{}, "v3 or v9"},
		{"v4", 0, provide.CPUOpv{}, "v3 or v9"},
	} {
		got, err := provide.Parse(c.abi, c.number)
		if got != c.want || (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
			t.Errorf("%q, %d: %+v, %v", c.abi, c.number, got, err)
		}
	}
}

func TestTargetThatTrapsNoCallHasNoService(t *testing.T) {
	s, err := provide.New(steptest.New(t), opv.V3)
	if s != nil || !errors.Is(err, provide.ErrNoCalls) {
		t.Errorf("%v, %v", s, err)
	}
	if err := s.Answer(1, func(int) bool { return true }, func(int) { t.Error("a call is answered") }); !errors.Is(err, provide.ErrNoCalls) {
		t.Errorf("a call without a Service: %v", err)
	}
}
