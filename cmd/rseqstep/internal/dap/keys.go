package dap

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"rseqstep/cmd/rseqstep/internal/prompt"
)

// editorKeys are keys of a configuration that editors use themselves and pass on, and keys that
// Delve's adapter knows and that mean nothing for a program that is compiled already.
func editorKeys() []string {
	return []string{"type", "request", "name", "preLaunchTask", "postDebugTask", "internalConsoleOptions", "debugServer", "presentation", "serverReadyAction",
		"suppressMultipleSessionWarning", "linux", "osx", "windows", "console", "debugAdapter", "restart", "envFile", "port", "host", "remotePath",
		"backend", "output", "buildFlags", "dlvFlags", "dlvToolPath", "showLog", "logOutput", "logDest", "trace", "stackTraceDepth", "showGlobalVariables",
		"showRegisters", "showPprofLabels", "hideSystemGoroutines", "goroutineFilters", "apiVersion", "dlvLoadConfig", "asRoot", "traceDirPath", "outputMode", "packagePathToGoModPathMap"}
}

// checkKeys refuses a configuration with a key that nobody knows, such as a misspelt one, which
// would otherwise have no effect. into is the struct that the configuration is decoded to.
func checkKeys(raw json.RawMessage, into any, of string) error {
	var keys map[string]json.RawMessage
	if json.Unmarshal(raw, &keys) != nil {
		return nil // decoding it gives the error
	}
	known := jsonKeys(reflect.TypeOf(into).Elem())
	var unknown []string
	for key := range keys {
		// Editors mark their own keys, such as VS Code's "__sessionId".
		if !strings.HasPrefix(key, "_") && !slices.Contains(known, key) && !slices.Contains(editorKeys(), key) {
			unknown = append(unknown, key)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	slices.Sort(unknown)
	text := fmt.Sprintf("the %s configuration has an unknown key %q", of, clip(unknown[0]))
	if near := prompt.Nearest(unknown[0], known); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("%s", text)
}

// jsonKeys returns the keys of a struct's fields in JSON.
func jsonKeys(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			keys = append(keys, jsonKeys(f.Type)...)
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			keys = append(keys, name)
		}
	}
	return keys
}
