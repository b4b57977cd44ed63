/* Calls functions of other libraries, through the procedure linkage table. */
int first(int), second(int), third(int);

int calls(int n)
{
	n += first(n);
	n += second(n);
	return n + third(n);
}
