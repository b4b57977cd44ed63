package tabletest

import (
	"fmt"
	"os"
	"strings"
)

// Running reports whether a process exists and is not a zombie
// (proc_pid_stat(5)).
func Running(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return state != "" && state[0] != 'Z' && state[0] != 'X'
}
