// Package tabletest is what the tests of every package share: the fixtures of
// testdata built in many ways (Build, Matrix, Pairs) and what they say of
// themselves (ReadLabels), our own program and Go ones built once (Command, Dlv,
// BuildGo), how much a test does when there is little time (Some, SomeKeys,
// Rounds, Thorough), small ELF files made from a description (ELF), an
// independent reading of a file's sections (Oracle), and the only way to skip a
// test (Need…).
//
// Decisions:
//
//   - Fixtures are built by the machine's compiler when a test asks, not kept as
//     binaries: what a new compiler or linker makes of them is what we want to
//     know. They are cached by content in .cache/fixtures, so only the first run
//     is slow.
//   - A missing tool is a skip, and under RSEQSTEP_REQUIRE=all a failure; a
//     fixture that does not compile is always a failure. RSEQSTEP_REQUIRE=tools
//     only makes it a failure.
//   - scripts/kernels runs the tests on emulated machines: RSEQSTEP_SLOW makes them
//     wait longer (Patience), RSEQSTEP_GO=built takes what BuildGoPrograms has
//     built outside.
//   - Pairs takes the place of the whole matrix in most tests: nearly every
//     mistake that depends on how a file was built depends on two of its columns
//     at most. Random samples were refused, because a failure must come back.
//   - go test alone runs part of the longest tables, so that it is run often. Which
//     part follows from the day and the table alone: RSEQSTEP_DAY brings a failure
//     back, and no row is left out for longer than it takes to go round. A part
//     chosen once and for all was refused: the rest would be run by CI only. So was
//     -short, which nobody types.
//   - rseqstep is kept in .cache/go and built again by the go command, which knows
//     whether it must be. go run's own cache was refused: what it builds has no
//     debugging information, so it is not what users have.
//   - The programs print where their sections are from a table of labels of their
//     own, which the dynamic linker relocates, not from the descriptors under
//     test.
package tabletest
