package prompt

import (
	"fmt"
	"strings"
)

// Split splits a line into the command word and the rest. The word ends at the first
// byte that cannot be part of a name, so that "p/x n" and "p$rax" need no space. A line
// that begins with '!' is the command "!".
func Split(line string) (word, rest string) {
	line = strings.TrimSpace(line)
	if strings.HasPrefix(line, "!") {
		return "!", strings.TrimSpace(line[1:])
	}
	end := 0
	for end < len(line) && isName(line[end]) {
		end++
	}
	if end == 0 && line != "" {
		for end < len(line) && line[end] != ' ' && line[end] != '\t' {
			end++
		}
	}
	return line[:end], strings.TrimSpace(line[end:])
}

func isName(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// Words splits text at white space. Single and double quotes keep spaces in a word; a
// backslash keeps the next character literally, except within single quotes.
func Words(text string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord, quote := false, byte(0)
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case c == '\\' && quote != '\'' && i+1 < len(text):
			i++
			word.WriteByte(text[i])
			inWord = true
		case quote != 0:
			word.WriteByte(c)
		case c == '\'' || c == '"':
			quote, inWord = c, true
		case c == ' ' || c == '\t':
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
		default:
			word.WriteByte(c)
			inWord = true
		}
	}
	if quote != 0 {
		return nil, fmt.Errorf("unterminated %c in %q", quote, text)
	}
	if inWord {
		words = append(words, word.String())
	}
	return words, nil
}

// Format splits a format ("/4xw") off the front of arguments.
func Format(args string) (format, rest string) {
	if !strings.HasPrefix(args, "/") {
		return "", args
	}
	end := strings.IndexAny(args, " \t")
	if end < 0 {
		return args[1:], ""
	}
	return args[1:end], strings.TrimSpace(args[end:])
}
