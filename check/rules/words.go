package rules

import (
	"fmt"
	"strings"
)

// upper is a text with a capital first letter, unless it begins with a field's name.
func upper(s string) string {
	if first, _, _ := strings.Cut(s, " "); s == "" || strings.Contains(first, "_") {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// quote is what an instruction does in words, in brackets behind a text; "" if there are none.
func quote(said string) string {
	if said == "" {
		return ""
	}
	return fmt.Sprintf(" (%s)", said)
}
