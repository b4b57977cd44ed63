/* A library with thread-local variables: __tls_get_addr finds them, and allocates them at their first use. */
static __thread int own = 3;
__thread int shared = 40;

int work(int n)
{
	own += n; shared++;
	own += shared;
	return own;
}
