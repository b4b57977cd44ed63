package tabletest

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// Labels is what an object of a running fixture prints about itself: its bias,
// and its sections in the order in which they were compiled.
type Labels struct {
	Bias     uint64 // process address minus file address
	Sections []Label
}

// Label is one section, in process addresses. A source that is inlined twice
// gives two of the same name.
type Label struct {
	Name       string
	Arm        uint64 // the arming store
	Start, End uint64
	Abort      uint64
	Descriptor uint64
	Exit       uint64 // its declared side exit, 0 for none
}

// ReadLabels runs a built fixture with --labels (and args after it) and returns
// what it prints: one Labels per object.
func ReadLabels(t testing.TB, program string, args ...string) []Labels {
	t.Helper()
	NeedRseq(t)
	cmd := exec.Command(program, append([]string{"--labels"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	all, err := parseLabels(string(out))
	if err != nil {
		t.Fatalf("%s: %v", cmd, err)
	}
	return all
}

func parseLabels(out string) ([]Labels, error) {
	var all []Labels
	for line := range strings.Lines(out) {
		words := strings.Fields(line)
		switch {
		case len(words) == 2 && words[0] == "bias":
			bias, err := strconv.ParseUint(words[1], 0, 64)
			if err != nil {
				return nil, fmt.Errorf("labels: %w", err)
			}
			all = append(all, Labels{Bias: bias})
		case len(words) >= 2 && words[0] == "section" && len(all) > 0:
			label, err := parseLabel(words[1], words[2:])
			if err != nil {
				return nil, err
			}
			last := &all[len(all)-1]
			last.Sections = append(last.Sections, label)
		default:
			return nil, fmt.Errorf("labels: what is %q", line)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("labels: none printed")
	}
	return all, nil
}

func parseLabel(name string, words []string) (Label, error) {
	label := Label{Name: name}
	fields := map[string]*uint64{
		"arm": &label.Arm, "start": &label.Start, "end": &label.End, "abort": &label.Abort,
		"descriptor": &label.Descriptor, "exit": &label.Exit,
	}
	for ; len(words) >= 2; words = words[2:] {
		field, ok := fields[words[0]]
		if !ok {
			return label, fmt.Errorf("labels: what is %q", words[0])
		}
		value, err := strconv.ParseUint(words[1], 0, 64)
		if err != nil {
			return label, fmt.Errorf("labels: %w", err)
		}
		*field = value
	}
	return label, nil
}
