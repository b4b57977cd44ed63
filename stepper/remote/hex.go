package remote

import (
	"encoding/hex"
	"strconv"
	"strings"
)

const hexDigits = "0123456789abcdef"

func hexValue(b byte) (byte, bool) {
	switch {
	case b >= '0' && b <= '9':
		return b - '0', true
	case b >= 'a' && b <= 'f':
		return b - 'a' + 10, true
	case b >= 'A' && b <= 'F':
		return b - 'A' + 10, true
	}
	return 0, false
}

// number parses all of s as an unsigned hexadecimal number.
func number(s string) (uint64, bool) {
	n, err := strconv.ParseUint(s, 16, 64)
	return n, err == nil && s[0] != '+'
}

// decimal converts a hexadecimal number to decimal, for messages; other text stays as it
// is.
func decimal(s string) string {
	if n, ok := number(s); ok {
		return strconv.FormatUint(n, 10)
	}
	return s
}

// two parses two hexadecimal numbers with a separator between them.
func two(s, separator string) (a, b uint64, ok bool) {
	x, y, found := strings.Cut(s, separator)
	a, ok1 := number(x)
	b, ok2 := number(y)
	return a, b, found && ok1 && ok2
}

// text decodes a hexadecimal string.
func text(s string) (string, bool) {
	b, err := hex.DecodeString(s)
	return string(b), err == nil
}

func toHex(s string) string { return hex.EncodeToString([]byte(s)) }

// threadID is a thread as packets name it. 0 is any, -1 is all. PID is 0 where
// the packet names no process.
type threadID struct{ PID, TID int }

const (
	anyThread  = 0
	allThreads = -1
)

// parseThread parses "pPID.TID", "pPID" (all its threads) or "TID".
func parseThread(s string) (threadID, bool) {
	id := threadID{}
	rest, multi := strings.CutPrefix(s, "p")
	if multi {
		p, t, found := strings.Cut(rest, ".")
		pid, ok := parseID(p)
		if !ok {
			return id, false
		}
		id.PID = pid
		if !found {
			id.TID = allThreads
			return id, true
		}
		rest = t
	}
	tid, ok := parseID(rest)
	id.TID = tid
	return id, ok
}

func parseID(s string) (int, bool) {
	if s == "-1" {
		return allThreads, true
	}
	n, ok := number(s)
	return int(n), ok && n < 1<<31
}
