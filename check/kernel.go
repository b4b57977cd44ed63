package check

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kernel is a group of kernels that treat a violation alike.
type Kernel uint8

const (
	Until618      Kernel = iota // 6.18 and older: ids rewritten, rseq_cs looked at, after every context switch and signal
	From619                     // 6.19 to 7.0: rseq_cs only after an interrupt; ids rewritten only when they change
	From71Legacy                // 7.1 and newer, a registration of 32 bytes: the behaviour of 6.18
	From71Optimal               // 7.1 and newer, a larger registration: as 6.19, and a changed id kills
	numKernels
)

// AllKernels are the groups, oldest first.
func AllKernels() []Kernel { return []Kernel{Until618, From619, From71Legacy, From71Optimal} }

func (k Kernel) String() string {
	names := [...]string{"6.18 and older", "6.19 to 7.0", "7.1 and newer, legacy", "7.1 and newer, optimized"}
	if int(k) < len(names) {
		return names[k]
	}
	return fmt.Sprintf("Kernel(%d)", uint8(k))
}

// Key is a kernel's name in JSON and in SARIF.
func (k Kernel) Key() string {
	keys := [...]string{"6.18", "6.19", "7.1-legacy", "7.1-optimized"}
	if int(k) < len(keys) {
		return keys[k]
	}
	return k.String()
}

// MarshalText writes the key.
func (k Kernel) MarshalText() ([]byte, error) { return []byte(k.Key()), nil }

// ParseKernels reads a list such as "6.18,6.19,7.1", with commas. A version from 7.1 on stands for
// both of its modes, 7.0 for these and for what came before, because 7.0.x got them later; "7.1-legacy" and "7.1-optimized" for one. A version may be a whole release, as
// uname -r prints it. "all" and "" stand for all.
func ParseKernels(text string) ([]Kernel, error) {
	if text == "" || text == "all" {
		return AllKernels(), nil
	}
	var list []Kernel
	for word := range strings.SplitSeq(text, ",") {
		more, err := parseKernel(strings.TrimSpace(word))
		if err != nil {
			return nil, err
		}
		list = append(list, more...)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

func parseKernel(word string) ([]Kernel, error) {
	version, mode, hasMode := strings.Cut(word, "-")
	major, minor, ok := strings.Cut(version, ".")
	minor, _, release := strings.Cut(minor, ".") // as uname -r prints it: 6.18.15-amd64
	x, err1 := strconv.Atoi(major)
	y, err2 := strconv.Atoi(minor)
	if !ok || err1 != nil || err2 != nil || x < 4 || y < 0 {
		return nil, fmt.Errorf("%q is not a kernel's version: write 6.18, 6.19, 7.1, 7.1-legacy or 7.1-optimized", word)
	}
	if release && mode != "legacy" && mode != "optimized" {
		hasMode = false
	}
	switch n := x*1000 + y; {
	case hasMode && n < 7001:
		return nil, fmt.Errorf("%q: only 7.1 and newer have a legacy and an optimized mode", word)
	case n <= 6018:
		return []Kernel{Until618}, nil
	case n < 7000:
		return []Kernel{From619}, nil
	case n == 7000:
		return []Kernel{From619, From71Legacy, From71Optimal}, nil
	case !hasMode:
		return []Kernel{From71Legacy, From71Optimal}, nil
	case mode == "legacy":
		return []Kernel{From71Legacy}, nil
	case mode == "optimized":
		return []Kernel{From71Optimal}, nil
	}
	return nil, fmt.Errorf("%q: the modes of 7.1 and newer are legacy and optimized", word)
}
