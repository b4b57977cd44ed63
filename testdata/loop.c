/* loop [N]: a plain loop of integer instructions (default 100,000,000 rounds), to measure the rate of steps. */
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
	unsigned long n = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000000ul;
	volatile unsigned long sum = 0;

	for (unsigned long i = 0; i < n; i++)
		sum += i;
	printf("sum %lu\n", sum);
	return sum != n * (n - 1) / 2;
}
