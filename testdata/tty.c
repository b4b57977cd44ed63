/*
 * Reads a line from its terminal, says whether it is in the foreground there, and works until it
 * is interrupted.
 */
#include <stdio.h>
#include <unistd.h>

static volatile unsigned long rounds;

int main(void)
{
	char line[100];

	printf("foreground %d\n", tcgetpgrp(0) == getpgrp());
	fflush(stdout);
	if (!fgets(line, sizeof line, stdin))
		return 1;
	printf("read %s", line);
	fflush(stdout);
	for (;;)
		rounds++;
}
