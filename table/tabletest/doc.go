// Package tabletest contains what the tests of every package share: the fixtures of
// testdata built in many ways (Build, Matrix, Pairs) and the addresses they print
// (ReadLabels), rseqstep and Go programs built once (Command, Dlv, BuildGo), how much a
// test does in a short run (Some, SomeKeys, Rounds, Thorough), small ELF files generated
// from a description (ELF), an independent reader of a file's sections (Oracle), and the
// only way to skip a test (Need…).
//
// Decisions:
//
//   - The machine's compiler builds fixtures when a test needs them; they are not kept
//     as binaries, because the tests must see what new compilers and linkers
//     produce. They are cached by content in .cache/fixtures, so only the first run
//     is slow.
//   - A missing tool is a skip, and under RSEQSTEP_REQUIRE=all a failure; a
//     fixture that does not compile is always a failure. RSEQSTEP_REQUIRE=tools
//     only makes it a failure.
//   - scripts/kernels runs the tests on emulated machines: RSEQSTEP_SLOW makes them
//     wait longer (Patience), and RSEQSTEP_GO=built uses what BuildGoPrograms has
//     built outside, for the architecture RSEQSTEP_GOARCH.
//   - Pairs replaces the whole matrix in most tests: nearly every
//     bug that depends on how a file was built depends on two of its columns
//     at most. Refused: random samples, because a failure must be reproducible.
//   - go test alone runs part of the longest tables, so that people run it often. The
//     part follows from the day and the table alone: RSEQSTEP_DAY reproduces a
//     failure, and every row has its turn within a fixed number of days. Refused: a fixed
//     part, because only CI would run the rest; and
//     -short, which nobody types.
//   - rseqstep is kept in .cache/go, and the go command rebuilds it
//     if necessary. Refused: go run's own cache: what it builds has no
//     debugging information, unlike the users' program.
//   - The programs print the addresses of their sections from a table of labels
//     that the dynamic linker relocates, not from the descriptors under
//     test.
package tabletest
