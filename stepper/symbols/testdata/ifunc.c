// An IFUNC of the program and two of the C library.
#include <string.h>
#include <stdio.h>
static int impl_a(int x) { return x + 1; }
static int impl_b(int x) { return x + 2; }
static int pick = 1;
static void *resolver(void) { return pick ? (void *)impl_b : (void *)impl_a; }
int chosen(int x) __attribute__((ifunc("resolver")));
int main(int argc, char **argv)
{
	volatile size_t n = strlen(argv[0]);
	char b[200];
	memcpy(b, argv[0], n + 1);
	int r = chosen(3);
	printf("%d %zu %s\n", r, n, b);
	return 0;
}
