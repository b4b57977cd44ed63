/* A function that --gc-sections drops. */
int dropped(int x)
{
	return x + 1;
}

int main(void)
{
	return 0;
}
