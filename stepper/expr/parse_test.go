package expr

import (
	"strings"
	"testing"

	"rseqstep/table/tabletest"
)

// bareContext has neither a process nor symbols.
func bareContext() *Context { return &Context{Session: NewSession()} }

func TestArithmeticFollowsC(t *testing.T) {
	for text, want := range map[string]string{
		"1 + 2 * 3":                    "7",
		"(1 + 2) * 3":                  "9",
		"10 - 4 - 3":                   "3",
		"2 - -2":                       "4",
		"- - 5":                        "5",
		"1 << 2 + 1":                   "8",
		"1 | 2 ^ 3 & 4":                "3",
		"5 & 3 == 3":                   "1",
		"1 < 2 == 1":                   "1",
		"1 ? 2 : 0 ? 3 : 4":            "2",
		"0 ? 1 : 0 ? 2 : 3":            "3",
		"1 || 1/0":                     "1",
		"0 && 1/0":                     "0",
		"1, 2, 3":                      "3",
		"0x10 + 010 + 0b11":            "27",
		"'a' + 1":                      "98",
		"'\\n'":                        "10 '\\n'",
		"'\\x41'":                      "65 'A'",
		"-7 / 2":                       "-3",
		"-7 % 3":                       "-1",
		"-1 > 1u":                      "1",
		"-1L > 1u":                     "0",
		"4294967295 + 1":               "4294967296",
		"0xffffffff + 1":               "0",
		"2147483647 + 1":               "-2147483648",
		"~0u":                          "4294967295",
		"1LL << 40":                    "1099511627776",
		"(unsigned char) 300":          "44 ','",
		"(short) 70000":                "4464",
		"(_Bool) 42":                   "true",
		"(unsigned __int128) -1":       "340282366920938463463374607431768211455",
		"(__int128) 1 << 100":          "1267650600228229401496703205376",
		"1.5 + 1":                      "2.5",
		"1.0f / 3":                     "0.333333343",
		"1.0 / 3":                      "0.33333333333333331",
		"1.0L / 3":                     "0.333333333333333333342",
		"0x1.8p1":                      "3",
		"1e3":                          "1000",
		"1.0 / 0":                      "inf",
		"(int) -3.9":                   "-3",
		"sizeof (int) * 2":             "8",
		"sizeof (char *[3])":           "24",
		"sizeof (int (*)[3])":          "8",
		"sizeof 1.0L":                  "16",
		"\"ab\" \"cd\"":                "\"abcd\"",
		"\"abc\"[1]":                   "98 'b'",
		"sizeof \"abc\"":               "4",
		"(void *) 0":                   "(void *) 0x0",
		"(char *) 16 + 1":              "0x11 <error: Cannot access memory at address 0x11>",
		"(int *) 8 + 2":                "(int *) 0x10",
		"(int *) 32 - (int *) 8":       "6",
		"(long) ((int *) 8 + 1)":       "12",
		"$x = 5":                       "5",
		"$y = 1, $y += 2, $y++, $y":    "4",
		"(unsigned long) -1":           "18446744073709551615",
		"(int (*)(int, char)) 0":       "(int (*)(int, char)) 0x0",
		"(const volatile int *) 0":     "(const volatile int *) 0x0",
		"(int * const) 0":              "(int * const) 0x0",
		"(long unsigned int long) 1":   "1",
		"$nothing":                     "void",
		"!0 && !(1 == 2)":              "1",
		"1 == 1.0":                     "1",
		"0.1 + 0.2 == 0.3":             "0",
		"(float) 0.1 == 0.1":           "0",
		"9223372036854775808":          "9223372036854775808",
		"-5 >> 1":                      "-3",
		"1 >> 100":                     "0",
		"1.5L * 2":                     "3",
		"(double) 1e308 * 10":          "inf",
		"5 == 5 ? \"yes\" : \"no\"":    "\"yes\"",
		"L\"wide\"":                    "L\"wide\"",
		"(char) -1":                    "-1 '\\377'",
		"(unsigned)-1 / 2":             "2147483647",
		"7 - 3 - 2 << 1 | 1 && 4 > 3u": "1",
	} {
		c := bareContext()
		v, err := c.Evaluate(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Print(v, Format{}); err != nil || got != want {
			t.Errorf("%s\n got %s, %v\nwant %s", text, got, err, want)
		}
	}
}

func TestErrorsAreWordedAsGDBs(t *testing.T) {
	for text, want := range map[string]string{
		"1 +":                  "A syntax error in expression, near `'.",
		")":                    "A syntax error in expression, near `)'.",
		"1 2":                  "A syntax error in expression, near `2'.",
		"(1":                   "A syntax error in expression, near `'.",
		"[1]":                  "A syntax error in expression, near `[1]'.",
		"1 = 2":                "Left operand of assignment is not an lvalue.",
		"&1":                   "Attempt to take address of value not located in memory.",
		"1 / 0":                "Division by zero",
		"1 % 0":                "Division by zero",
		"1.5 % 2":              "Integer-only operation on floating point number.",
		"08":                   "Invalid number \"08\".",
		"0x":                   "Invalid number \"0x\".",
		"12abc":                "Invalid number \"12abc\".",
		"'ab'":                 "Invalid character constant.",
		"'a":                   "Unmatched single quote.",
		"#":                    "Invalid character '#' in expression.",
		"int":                  "Attempt to use a type name as an expression",
		"*(int *) 0":           "Cannot access memory at address 0x0",
		"*(void *) 0":          "Attempt to dereference a generic pointer.",
		"*1.5":                 "Attempt to take contents of a non-pointer value.",
		"5 @ 2":                "Only values in memory can be extended with '@'.",
		"$5":                   "History has not yet reached $5.",
		"$rip":                 "The program has no registers now.",
		"1.x":                  "Invalid number \"1.x\".",
		"(1).x":                "Attempt to extract a component of a value that is not a structure.",
		"1->x":                 "Attempt to extract a component of a value that is not a structure pointer.",
		"(struct s *) 0":       "No struct type named s.",
		"1[2]":                 "cannot subscript something of type `int'",
		"~1.5":                 "Argument to complement operation not an integer, boolean.",
		"99999999999999999999": "Numeric constant too large.",
	} {
		c := bareContext()
		v, err := c.Evaluate(text)
		if err == nil {
			_, _, err = c.Record(v)
		}
		if err == nil || err.Error() != want {
			t.Errorf("%s\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestCastsNeedToKnowTypes(t *testing.T) {
	isType := func(name string) bool { return name == "word_t" || name == "ns::T" || name == "Box<int>" }
	for text, want := range map[string]bool{ // whether the whole text is a cast
		"(word_t) - 1":          true,
		"(word_t) * 1":          true,
		"(word_t) & x":          true,
		"(word_t *) x":          true,
		"(ns::T) x":             true,
		"(Box<int> *) x":        true,
		"(other) - 1":           false,
		"(other) * 1":           false,
		"(struct other *) x":    true,
		"(unsigned long) - 1":   true,
		"(int (*)(int)) x":      true,
		"(char (* const)[4]) x": true,
	} {
		e, err := Parse(text, isType)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if _, got := e.root.(castNode); got != want {
			t.Errorf("%s: parsed as %T", text, e.root)
		}
	}
}

func TestTypesAreSpelledAsTheyWereRead(t *testing.T) {
	for _, text := range []string{"int", "unsigned long", "char *", "int [3]", "int [2][3]", "int (*)[3]", "int *[3]",
		"int (*)(int)", "void (*(*)(int))(char)", "int * const", "const char *", "const char * const *", "int (int, ...)",
		"unsigned char (*[4])(void)", "long double", "volatile int"} {
		c := bareContext()
		e, err := c.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got, err := c.Whatis(e); err != nil || got != text {
			t.Errorf("%s: spelled %s, %v", text, got, err)
		}
	}
}

func TestDeepNestingIsRefused(t *testing.T) {
	for _, s := range []string{"(", "-", "!", "*", "{int}", "(int)", "sizeof ", "1?", "a=", "[", "int(*", "a(", "1?1:"} {
		if _, err := Parse(strings.Repeat(s, 100000), nil); err == nil {
			t.Errorf("%d times %q parses", 100000, s)
		}
	}
}

func TestHistoryCountsBack(t *testing.T) {
	c := bareContext()
	for n, text := range []string{"10", "20", "30", "$", "$$", "$$3", "$1", "$ + $2"} {
		v, err := c.Evaluate(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		number, v, err := c.Record(v)
		if err != nil || number != n+1 {
			t.Fatalf("%s: number %d, %v", text, number, err)
		}
		got, _ := c.Print(v, Format{})
		if want := []string{"10", "20", "30", "30", "30", "20", "10", "30"}[n]; got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"0i08", "1+2*3", "a->b.c[3]", "(struct s *)p", "*argv@argc", "{int} &x", "$1 + $$2", "'f.c'::x", "f(1, 2)",
		"x ? y : z", "(int (*)(char, ...))0", "sizeof(int[3])", "\"a\\n\" L'x'", "a += b <<= c", "::a::b", "0x1.8p3", "a.0.1 as u8", "&a[1..]", "<T as U>::f::<V>", "b'\\u{e9}' | 0o17_u8", "*mut [(i32, &str); 3]", "Box<int>::x", "'a.c'::b++"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		tabletest.Hurry(t)
		even := func(n string) bool { return len(n)%2 == 0 }
		for _, parse := range []func() (*Expr, error){func() (*Expr, error) { return Parse(text, nil) }, func() (*Expr, error) { return Parse(text, even) },
			func() (*Expr, error) { return ParseRust(text, nil) }, func() (*Expr, error) { return ParseRust(text, even) }} {
			e, err := parse()
			if (e == nil) != (err != nil) {
				t.Fatalf("%q: %v, %v", text, e, err)
			}
			if err != nil {
				continue
			}
			c := bareContext()
			v, err := c.Eval(e) // whatever the result, it must not panic
			if err == nil {
				_, _ = c.Print(v, Format{})
				_, _ = c.Print(v, Format{Letter: 'x'})
			}
		}
	})
}
