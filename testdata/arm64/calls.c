/* Functions with frames of several kinds, for tests that read their call frame information. */
int other(int *, long);

int leaf(int n)
{
	return n * 3;
}

int calls(int n)
{
	int room[100];
	int sum = other(room, n);
	return sum + other(room, sum) + leaf(n);
}

int grows(int n)
{
	char room[n];
	return other((int *)room, n) + n;
}

int twice(int n)
{
	if (n < 0)
		return leaf(n);
	return calls(n) + grows(n);
}
