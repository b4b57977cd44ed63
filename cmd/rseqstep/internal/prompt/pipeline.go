package prompt

import "strings"

// Pipeline splits "COMMAND | SHELL" at the first " | " outside quotes and brackets.
func Pipeline(line string) (command, shell string, ok bool) {
	depth, quote := 0, byte(0)
	for i := 0; i < len(line); i++ {
		c := line[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"':
			quote = c
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == '|' && depth <= 0 && i > 0 && line[i-1] == ' ' && i+1 < len(line) && line[i+1] == ' ':
			command, shell = strings.TrimSpace(line[:i]), strings.TrimSpace(line[i+1:])
			return command, shell, command != "" && shell != ""
		}
	}
	return "", "", false
}
