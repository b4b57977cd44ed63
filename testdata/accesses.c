/* Loads and stores of one word, a statement each, for watchpoints. */
volatile int word = 3, other;

int main(void)
{
	other = word;
	word = 3;
	word = 4;
	other = 1;
	word = 5;
	other = word;
	word = 6;
	return other != 5;
}
