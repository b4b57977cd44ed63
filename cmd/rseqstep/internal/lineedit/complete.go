package lineedit

import (
	"fmt"
	"strings"
)

// maxListed is how many candidates are listed, as gdb's max-completions.
const maxListed = 200

// tab completes what stands before the cursor as far as the candidates agree,
// and lists them when it is pressed once more.
func (r *reading) tab() {
	if r.complete == nil {
		return
	}
	head, candidates := r.complete(string(r.text[:r.pos]))
	if len(candidates) == 0 {
		return
	}
	rest := r.text[r.pos:]
	done := []rune(head + commonPrefix(candidates))
	r.text = append(done[:len(done):len(done)], rest...)
	r.pos = len(done)
	if len(candidates) > 1 && r.tabs > 1 {
		r.write("\r\n" + strings.ReplaceAll(list(candidates, r.columns()), "\n", "\r\n"))
	}
}

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

// list sets words in columns, downwards; each line ends with a newline.
func list(words []string, columns int) string {
	cut := ""
	if len(words) > maxListed {
		words, cut = words[:maxListed], fmt.Sprintf("*** There are %d more. ***\n", len(words)-maxListed)
	}
	widest := 0
	for _, w := range words {
		widest = max(widest, widths([]rune(w)))
	}
	across := max(columns/(widest+2), 1)
	down := (len(words) + across - 1) / across
	var b strings.Builder
	for row := range down {
		for i := row; i < len(words); i += down {
			word := clean([]rune(words[i]))
			if i+down < len(words) {
				word += strings.Repeat(" ", widest+2-widths([]rune(word)))
			}
			b.WriteString(word)
		}
		b.WriteByte('\n')
	}
	return b.String() + cut
}
