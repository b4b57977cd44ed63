/*
 * Says how it was started: its arguments, each in brackets, the variable WRAPPED, and whether its
 * addresses are randomized (personality(2)). With "wait" as its first argument it waits for a line
 * first. Ends with status 3.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>

int main(int argc, char **argv)
{
	char line[16];
	const char *wrapped = getenv("WRAPPED");

	if (argc > 1 && strcmp(argv[1], "wait") == 0 && fgets(line, sizeof line, stdin) == NULL)
		return 4;
	for (int i = 1; i < argc; i++)
		printf("[%s]", argv[i]);
	printf(" wrapped %s, randomized %d\n", wrapped ? wrapped : "not", !(personality(0xffffffff) & ADDR_NO_RANDOMIZE));
	return 3;
}
