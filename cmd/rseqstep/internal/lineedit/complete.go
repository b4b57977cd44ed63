package lineedit

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxListed is how many candidates are listed, as with gdb's max-completions.
const maxListed = 200

func commonPrefix(words []string) string {
	common := []rune(words[0])
	for _, w := range words[1:] {
		n := 0
		for _, c := range w {
			if n == len(common) || common[n] != c {
				break
			}
			n++
		}
		common = common[:n]
	}
	return string(common)
}

// list arranges words in columns, ordered downwards; each line ends with a newline.
func list(words []string, columns int) string {
	cut := ""
	if len(words) > maxListed {
		words, cut = words[:maxListed], fmt.Sprintf("*** There are %d more. ***\n", len(words)-maxListed)
	}
	widest := 0
	for _, w := range words {
		widest = max(widest, utf8.RuneCountInString(w))
	}
	across := max(columns/(widest+2), 1)
	down := (len(words) + across - 1) / across
	var b strings.Builder
	for row := range down {
		for i := row; i < len(words); i += down {
			if i+down < len(words) {
				fmt.Fprintf(&b, "%-*s", widest+2, clean(words[i]))
			} else {
				b.WriteString(clean(words[i]))
			}
		}
		b.WriteByte('\n')
	}
	return b.String() + cut
}

// clean prepares text for the screen: it shows characters that would move the cursor as
// "?".
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '?'
		}
		return r
	}, text)
}
