/* Calls functions of the C library: a breakpoint on one may be set before the process exists. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "none";
	char *copy = malloc(strlen(what) + 1);

	memcpy(copy, what, strlen(what) + 1);
	puts(copy);
	free(copy);
	fflush(stdout);
	exit(3);
}
