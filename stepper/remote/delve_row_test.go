package remote

import "testing"

// A row is sent ahead after the client has read three of its kind packet by packet; never
// before, and never again after it has left one.
func TestRowsAreSentAheadOnlyToClientsThatKeepToThem(t *testing.T) {
	c := &client{Server: &Server{Config: Config{Dialect: DelveDebugserver}}}
	c.p = &process{}
	packets := []string{"qThreadStopInfo1", "p15;thread:1;", "p1a;thread:1;"}
	answers := func() []string { return []string{"T05", "aa", "bb"} }
	row := func(asked ...string) (ahead bool) {
		t.Helper()
		c.row.expect(&c.row.stops, packets[0], []int{0x15, 0x1a}, "1", answers)
		ahead = c.row.ahead != nil
		c.row.ahead = nil
		for _, p := range asked {
			done, err := c.inRow(p)
			if err != nil || done != ahead {
				t.Fatalf("%q: done %v, %v, though sent ahead is %v", p, done, err, ahead)
			}
		}
		return ahead
	}
	for range rowsToKnow {
		if row(packets...) {
			t.Fatal("sent ahead to a client that is not known")
		}
	}
	for range 2 {
		if !row(packets...) {
			t.Fatal("not sent ahead to a client that is known")
		}
	}
	if done, err := c.inRow("m1000,8"); done || err != nil {
		t.Errorf("a packet behind the row: %v, %v", done, err)
	}

	for _, leaves := range [][]string{{"m1000,8"}, {packets[0], "m1000,8"}, {packets[0], packets[2]}, {packets[0], "p15;thread:2;"}, {packets[0], "p15"}, {packets[0], packets[1], "g"}} {
		c.row = fresh()
		row(leaves...)
		for range rowsToKnow + 1 {
			if row(packets...) {
				t.Fatalf("sent ahead to a client that has sent %q", leaves)
			}
		}
	}
}

func fresh() (r row) { return r }
