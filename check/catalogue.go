package check

import (
	"fmt"
	"io"
	"strings"
)

// WriteCatalogue writes rules as a chapter of Markdown, in their order, a heading for each family.
func WriteCatalogue(w io.Writer, catalogue []Rule) error {
	var b strings.Builder
	family := ""
	for n := range catalogue {
		r := &catalogue[n]
		if r.Family != family {
			family = r.Family
			fmt.Fprintf(&b, "## %s\n\n", family)
		}
		how := "by reading the file"
		if r.Running {
			how = "by watching the program"
		}
		fmt.Fprintf(&b, "### %s\n\n**%s** (%s, found %s). %s\n\n", r.Name, upper(r.Title), r.Severity, how, r.Says)
		for _, s := range r.Sources {
			if s.URL != "" {
				fmt.Fprintf(&b, "- Source: [%s](%s)\n", s.Text, s.URL)
			} else {
				fmt.Fprintf(&b, "- Source: %s\n", s.Text)
			}
		}
		fmt.Fprintf(&b, "- What to do: %s\n\n| Linux | what happens |\n|---|---|\n", r.Advice)
		for _, k := range AllKernels() {
			fmt.Fprintf(&b, "| %s | %s |\n", k, r.On[k])
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, strings.TrimSuffix(b.String(), "\n"))
	return err
}

// upper is a text with a capital first letter.
func upper(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
