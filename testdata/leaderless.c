/* leaderless: the leader ends by pthread_exit; its thread waits for ever. */
#include <pthread.h>
#include <unistd.h>

static void *waits(void *unused)
{
	for (;;)
		pause();
	return unused;
}

int main(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, waits, NULL) != 0)
		return 1;
	pthread_exit(NULL);
}
