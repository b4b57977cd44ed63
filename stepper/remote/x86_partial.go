package remote

import "fmt"

// parts implements layout.
func (x86) parts([]register) []parts {
	general, float := partials()
	return []parts{{before: "fctrl", set: setGeneral, list: general}, {before: "xmm0", set: setFloat, list: float}}
}

// partials are those of the general and of the x87 registers (Intel SDM volume
// 1, 3.4.1 and 9.2.2), by size, in the order of lldb-server.
func partials() (general, float []partial) {
	old := []string{"a", "b", "c", "d"}
	pointers := []string{"di", "si", "bp", "sp"}
	add := func(size, at int, of, name string) {
		general = append(general, partial{name: name, of: of, at: at, size: size})
	}
	for _, size := range []int{4, 2} {
		prefix := map[int]string{4: "e", 2: ""}[size]
		for _, r := range old {
			add(size, 0, "r"+r+"x", prefix+r+"x")
		}
		for _, r := range pointers {
			add(size, 0, "r"+r, prefix+r)
		}
		for n := 8; n < 16; n++ {
			add(size, 0, fmt.Sprintf("r%d", n), fmt.Sprintf("r%d%s", n, map[int]string{4: "d", 2: "w"}[size]))
		}
	}
	for _, r := range old {
		add(1, 1, "r"+r+"x", r+"h")
	}
	for _, r := range old {
		add(1, 0, "r"+r+"x", r+"l")
	}
	for _, r := range pointers {
		add(1, 0, "r"+r, r+"l")
	}
	for n := 8; n < 16; n++ {
		add(1, 0, fmt.Sprintf("r%d", n), fmt.Sprintf("r%dl", n))
	}
	for n := range 8 {
		float = append(float, partial{name: fmt.Sprintf("mm%d", n), of: fmt.Sprintf("st%d", n), size: 8})
	}
	return general, float
}
