// Package macro reads the preprocessor macros that compilers describe with -g3 (.debug_macro,
// .debug_macinfo) and expands them in text.
//
// Read makes a Table of what one unit's preprocessor did, in order. At says which macros are
// defined at a line. Expand replaces them as C does (C17, 6.10.3), with GNU's named variable
// arguments and ", ## __VA_ARGS__".
//
// Decisions:
//   - The events are kept, not a table of ranges as in gdb: to find what is defined at a line they
//     are run through again, which takes milliseconds for the largest headers.
//   - A file that is included several times is meant where it is included first, as in gdb.
//
// Refused: #if and other directives. The compiler has evaluated them.
package macro
