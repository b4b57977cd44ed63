/* Ends with exit status 7. */
int main(void)
{
	return 7;
}
