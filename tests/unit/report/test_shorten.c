/* SPDX-License-Identifier: MIT */
#include "report/shorten.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static const struct report_style style = { .is_utf8 = true };
static const struct printer printer = { .style = &style };

static void expect(const char *name, size_t max, const char *expected)
{
	char *shortened = function_shorten(&printer, name, max);

	cr_assert_not_null(shortened);
	cr_expect_str_eq(shortened, expected, "'%s': '%s'", name, shortened);
	free(shortened);
}

Test(shorten, what_fits_stays)
{
	cr_expect_null(function_shorten(&printer, NULL, 10));
	expect("", 10, "");
	expect("serve", 5, "serve");
	expect("f(int, std::vector<int>)", SIZE_MAX, "f(int, std::vector<int>)");
}

Test(shorten, arguments_go_first)
{
	expect("net::Pool<net::Socket, std::allocator<net::Socket> >::get(std::string)", 30,
	       "net::Pool<…>::get(…)");
	expect("void net::each<net::Socket>(std::function<void (int)> const&) const", 30,
	       "net::each<…>(…) const");
	expect("main::{lambda(int, int)#1}::operator()(int, int) const", 40,
	       "main::{lambda}::operator()(…) const");
	expect("std::__invoke_impl<bool, main()::<lambda(int)>&, int>", 40,
	       "std::__invoke_impl<…>");
	expect("<alloc::vec::Vec<T,A> as core::ops::Drop>::drop", 30, "<…>::drop");
}

Test(shorten, operators_are_names)
{
	expect("net::operator<<(std::ostream&, net::Address const&)", 30, "net::operator<<(…)");
	expect("net::Ptr<net::Socket>::operator->(std::nothrow_t) const", 40,
	       "net::Ptr<…>::operator->(…) const");
	expect("net::Call<net::Socket>::operator()(net::Socket&, int)", 40,
	       "net::Call<…>::operator()(…)");
	expect("net::my_operator<net::Socket, net::Socket>(int)", 30, "net::my_operator<…>(…)");
	expect("net::f<(net::Kind)1, net::Ptr(*)(int)->int>(int)", 20, "net::f<…>(…)");
}

Test(shorten, outer_scopes_go_next)
{
	expect("boost::asio::detail::reactive_socket_service<boost::asio::ip::tcp>::open(int)", 44,
	       "…::detail::reactive_socket_service<…>::open(…)");
	expect("(anonymous namespace)::server::listen(int)", 20, "…::server::listen(…)");
	expect("outer(int)::{lambda(int)#1}::operator()(int)", 12, "outer(…)::{l…");
}

Test(shorten, the_end_goes_last)
{
	expect("a_function_with_a_very_long_name", 10, "a_function…");
	expect("ééééé", 4, "éééé…");
}

Test(shorten, brackets_that_do_not_match)
{
	expect("net::f(int, std::vector<int", 12, "net::f(…t");
	expect("net::f>::)))))))))))g", 12, "…::)))))))))))g");
	expect("<<<<<<<<<<<<<<", 4, "<…<");
}

Test(shorten, ascii)
{
	static const struct report_style ascii = { .is_utf8 = false };
	const struct printer plain = { .style = &ascii };
	char *shortened = function_shorten(&plain, "net::Pool<net::Socket>::get(std::string)", 30);

	cr_expect_str_eq(shortened, "net::Pool<...>::get(...)");
	free(shortened);
}
