// Package deps holds the chosen dependencies until their users exist.
package deps

import (
	_ "github.com/go-delve/delve/cmd/dlv/cmds"
	_ "github.com/go-delve/delve/pkg/dwarf/frame"
	_ "github.com/go-delve/delve/pkg/dwarf/godwarf"
	_ "github.com/go-delve/delve/pkg/dwarf/line"
	_ "github.com/go-delve/delve/pkg/dwarf/op"
	_ "github.com/go-delve/delve/pkg/dwarf/reader"
	_ "github.com/go-delve/liner"
	_ "github.com/google/go-cmp/cmp"
	_ "github.com/ianlancetaylor/demangle"
	_ "github.com/rogpeppe/go-internal/testscript"
	_ "github.com/spf13/cobra"
	_ "github.com/spf13/cobra/doc"
	_ "golang.org/x/arch/x86/x86asm"
	_ "golang.org/x/sys/unix"
	_ "golang.org/x/term"
)
