package session

import "testing"

func TestDeclarationsHaveTheNameWhereCWantsIt(t *testing.T) {
	for _, row := range [][3]string{
		{"int", "n", "int n"}, {"char *", "s", "char *s"}, {"int [3]", "a", "int a[3]"}, {"struct point [3][4]", "p", "struct point p[3][4]"},
		{"void (*)(int)", "f", "void (*f)(int)"}, {"int (**)(void)", "g", "int (**g)(void)"}, {"int (*)[4]", "m", "int (*m)[4]"}, {"T &", "r", "T &r"},
		{"std::array<int [2], 3>", "x", "std::array<int [2], 3> x"},
	} {
		if got := declare(row[0], row[1]); got != row[2] {
			t.Errorf("%s as %s: %q, want %q", row[0], row[1], got, row[2])
		}
	}
}
