// Package rules checks the rules of the code base that a compiler does not: which package may
// import which, and which may access the kernel or memory unchecked. Its tests read every Go file
// of the module, whatever its build constraints, and name the file and the rule.
//
// If you are new here, read the table in layers_test.go first: it maps the packages, lowest
// first. A package imports only packages above it in that table; add a new one where that holds.
//
// Decisions, and what was refused:
//
//   - The tests parse files instead of running `go list -deps`, which sees only the files for the
//     machine it runs on.
//   - Tests may import any of our packages. Only the rule for `unsafe` holds for them too.
//   - shape_test.go counts the engine's shape on type-checked source, because a method call
//     cannot be identified by its name. golang.org/x/tools/go/packages loads it, as vet and
//     staticcheck do; it was an indirect dependency before.
//   - A linter's configuration was refused: these tests need no tool but go test.
package rules
