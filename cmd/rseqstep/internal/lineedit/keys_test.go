package lineedit

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func keysOf(text string) []key {
	var d decoder
	keys := []key{}
	for i := range len(text) {
		if k, ok := d.feed(text[i]); ok {
			keys = append(keys, k)
		}
	}
	return keys
}

func TestBytesBecomeKeys(t *testing.T) {
	for text, want := range map[string][]key{
		"a\t\r":                        {'a', '\t', '\r'},
		"é€😀":                          {'é', '€', '😀'},
		"\xff\xc3a":                    {0xfffd, 0xfffd}, // a byte that begins no character, and one that does not go on
		"\xc3\x03":                     {3},
		"\x1b[A\x1b[B":                 {keyUp, keyDown},
		"\x1bOC\x1bOD":                 {keyRight, keyLeft},
		"\x1b[1;5C\x1b[1;5D":           {keyWordRight, keyWordLeft},
		"\x1b[1~\x1b[8~":               {keyHome, keyEnd},
		"\x1b[3~":                      {keyDelete},
		"\x1b[200~x\x1b[?1$y":          {keyNone, 'x', keyNone}, // of a paste, and a report: nothing is typed by them
		"\x1bb\x1bf\x1bd\x1by\x1b\x7f": {keyWordLeft, keyWordRight, keyWordKill, keyYankPop, keyWordErase},
		"\x1b\x1b[A":                   {keyUp},
		"\x1bq":                        {keyNone},
		"\x1b\x03":                     {3}, // a control character counts whatever came before it
		"\x1b[\x03":                    {3},
		"\x1b[1;\x03":                  {3},
		"\x1bO\x04":                    {4},
		"\x1b[1;5\r":                   {'\r'},
		"\x1bO\x7f":                    {keyBackspace},
	} {
		if diff := cmp.Diff(want, keysOf(text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}
