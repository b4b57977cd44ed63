/* membarrier [good]: restarts other threads' sections without having registered for it; good: with. */
#include "watchfix.h"

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		syscall(SYS_membarrier, 1 << 8, 0, 0);
	syscall(SYS_membarrier, 1 << 7, 0, 0); /* BREAKS membarrier-unregistered */
	return 0;
}
