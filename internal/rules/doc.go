// Package rules keeps the rules of the code base that a compiler does not:
// which package may import which, and which may touch the kernel or memory
// unchecked. Its tests read every Go file of the module, whatever its build
// constraints, and name the file and the rule.
//
// Read the table in layers_test.go first when you are new here: it is the map
// of the packages, lowest first. A package imports only packages above it in
// that table; a new one is put where that holds.
//
// Decisions, and what was refused:
//
//   - Files are parsed, not listed by `go list -deps`: that sees only the files
//     for the machine it runs on.
//   - Tests may import what they like of ours. Only `unsafe` is told apart in
//     them too.
//   - The engine's shape (shape_test.go) is counted on type-checked source, for a
//     call of a method cannot be told by its name. golang.org/x/tools/go/packages
//     loads it, as vet and staticcheck do; it was an indirect dependency before.
//   - A linter's configuration was refused: this needs no tool but go test.
package rules
