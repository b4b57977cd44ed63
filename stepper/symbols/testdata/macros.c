// Macros of a file, of an included one and of the command line, at several lines.
#include <stdio.h>
#include "macros.h"
#define SCALE 4
#define ADD(a, b) ((a) + (b) * SCALE)
#define STR(x) #x
#define XSTR(x) STR(x)
#define CAT(a, b) a##b
#define LOG(fmt, ...) printf(fmt, ## __VA_ARGS__)
#define NAMED(fmt, args...) printf(fmt, args)
#define EMPTY
#define MULTI(a) \
	((a) \
	+ 1)
#define FIELD next
#define TWICE 2
#undef TWICE
struct rec { int id; struct rec *next; };
int global = 9;
int f(int n)
{
	int r = n;
#define LOCAL 11
	r += LOCAL; /* in f */
#undef LOCAL
	return r + inh(r);
}
#define LATE 6
int main(void)
{
	struct rec a = { 3, 0 };
	a.next = &a;
	int v = f(2) + INH + LATE;
	LOG("%d\n", v);
	return 0;
}
#define AFTER 8
