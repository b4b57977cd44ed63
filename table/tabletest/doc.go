// Package tabletest is what the tests of every package share: the fixtures of
// testdata built in many ways (Build, Matrix, Pairs) and what they say of
// themselves (ReadLabels), small ELF files made from a description (ELF), an
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
//     fixture that does not compile is always a failure.
//   - Pairs takes the place of the whole matrix in most tests: nearly every
//     mistake that depends on how a file was built depends on two of its columns
//     at most. Random samples were refused, because a failure must come back.
//   - The programs print where their sections are from a table of labels of their
//     own, which the dynamic linker relocates, not from the descriptors under
//     test.
package tabletest
