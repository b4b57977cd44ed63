/* wrongsig: registers another signature than its section has, and does not enter it. */
#ifdef GOOD
#define SIGNATURE 0x12345678
#endif
#include "watchfix.h"

static struct area mine;
static long sum;

int main(int argc, char **argv)
{
	own(argv);
	mine.cpu_id = -1;
	must(syscall(SYS_rseq, &mine, legal_size(), 0, 0x12345678)); /* BREAKS signature-differs 0x12345678 */
	if (argc > 1 || good)
		add_all(&mine, &sum, 1);
	return 0;
}
