// C++: exceptions through frames, namespaces, templates, overloads, methods.
#include <cstdio>
#include <stdexcept>
#include <string>

namespace shop {
namespace till {

struct Item {
	int price;
	int count;
	int total() const { return price * count; }
};

class Counter {
public:
	explicit Counter(int from) : value_(from) {}
	void add(int n) { value_ += n; }
	void add(const Item &item) { value_ += item.total(); }
	int value() const { return value_; }

private:
	int value_;
};

template <typename T> __attribute__((noinline)) T larger(T a, T b)
{
	return a < b ? b : a;
}

} // namespace till

__attribute__((noinline)) int check(int n)
{
	if (n > 2)
		throw std::out_of_range("too many: " + std::to_string(n));
	return n;
}

__attribute__((noinline)) int middle(int n)
{
	struct Mark {
		int &n;
		~Mark() { n++; }
	} mark{n};
	return check(n);
}

} // namespace shop

static int over(int x) { return x + 1; }
static double over(double x) { return x + 0.5; }

int main()
{
	shop::till::Counter counter(1);
	int caught = 0;

	counter.add(2);
	counter.add(shop::till::Item{3, 4});
	for (int i = 0; i < 5; i++) {
		try {
			shop::middle(i);
		} catch (const std::exception &e) {
			caught++;
		}
	}
	int i = shop::till::larger(3, over(3));
	double d = shop::till::larger(over(1.0), 1.25);
	std::printf("counter %d caught %d larger %d %.2f\n", counter.value(), caught, i, d);
	return counter.value() != 15 || caught != 2 || i != 4 || d != 1.5;
}
