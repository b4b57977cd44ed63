/* Writes its arguments, then every line of its standard input, with a number each. */
#include <stdio.h>

int main(int argc, char **argv)
{
	char line[256];
	int n = 0;

	for (int i = 1; i < argc; i++)
		printf("arg %d %s\n", i, argv[i]);
	while (fgets(line, sizeof line, stdin))
		printf("line %d %s", ++n, line);
	printf("lines %d\n", n);
	return 0;
}
