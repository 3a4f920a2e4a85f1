/* SPDX-License-Identifier: MIT */
#include "mark.h"

namespace ns
{
namespace
{
NOINLINE void hidden(int)
{
	mark(), mark_frame("ns::(anonymous namespace)::hidden(int)", __LINE__);
}

INLINE void folded(int line)
{
	mark(), mark_frame("ns::(anonymous namespace)::folded", __LINE__);
	mark_frame("ns::Class::method(int)", line);
}

INLINE void spread_inside(int line)
{
	mark(), mark_frame("ns::(anonymous namespace)::spread_inside", __LINE__);
	mark_frame("ns::spread(int)", line);
}
} // namespace

struct Class {
	int value = 1;
	NOINLINE int method(int number);
	template <class T> static NOINLINE T instance(T number)
	{
		mark(), mark_frame("ns::Class::instance<long>(long)", __LINE__);
		return number;
	}
};

int Class::method(int number)
{
	hidden(number);
	folded(__LINE__);
	mark(), mark_frame("ns::Class::method(int)", __LINE__);
	return value;
}

NOINLINE void spread(int)
{
	spread_inside(__LINE__);
	mark(), mark_frame("ns::spread(int)", __LINE__);
}
} // namespace ns

extern "C" NOINLINE void plain(void)
{
	mark(), mark_frame("plain", __LINE__);
}

int main()
{
	ns::Class object;

	object.method(1);
	ns::Class::instance(1L);
	ns::spread(1);
	plain();
	return 0;
}
