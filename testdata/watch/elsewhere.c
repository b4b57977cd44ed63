/* elsewhere: glibc has registered an area; the section uses another one, which claims CPU 0. */
#include "watchfix.h"

static struct area mine;
static long sum;

int main(void)
{
	mine.cpu_id = mine.cpu_id_start = 0;
	add_all(good ? glibc_area() : &mine, &sum, 10); /* BREAKS armed-elsewhere */
	return sum != 10;
}
