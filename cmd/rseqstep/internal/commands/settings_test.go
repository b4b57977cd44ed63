package commands

import "testing"

// `with` puts a setting back by what its get returns.
func TestASettingTakesWhatItGives(t *testing.T) {
	in, s, _ := newTable(t)
	in.Ask = "(rseqstep) "
	d := &desk{Session: s, in: in}
	for _, args := range []string{"", "a 'b c' \"\""} {
		if err := s.SetArgs(args); err != nil {
			t.Fatal(err)
		}
		for _, st := range d.table() {
			values := append([]string{st.get()}, st.words...)
			for _, value := range values {
				if err := st.set(value); err != nil {
					t.Errorf("set %s %s: %v", st.names[0], value, err)
				}
				was := st.get()
				if err := st.set(was); err != nil || st.get() != was {
					t.Errorf("%s gives %q, and then %q: %v", st.names[0], was, st.get(), err)
				}
			}
		}
	}
}
