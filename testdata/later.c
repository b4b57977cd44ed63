/* Memory that cannot be read yet: p is NULL, then points to word; the page at PLACE is mapped, written (5, then 6), and
 * unmapped again. */
#define _GNU_SOURCE
#include <stdio.h>
#include <sys/mman.h>

#define PLACE 0x10000000

static int word = 3;
static int *volatile p;

int main(void)
{
	volatile long *place;

	p = NULL;
	p = &word;
	*p = 4;
	place = mmap((void *)PLACE, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
	if (place == MAP_FAILED)
		return 2;
	*place = 5;
	*place = 6;
	munmap((void *)PLACE, 4096);
	printf("word %d\n", word);
	return word != 4;
}
