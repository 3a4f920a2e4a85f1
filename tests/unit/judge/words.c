/* SPDX-License-Identifier: MIT */
/* Addresses, function names and the hash table. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "judge/descriptor/addresses.h"
#include "judge/find/find.h"
#include "world.h"

struct name_case {
	char name[120];
	char normal[80];
};

ParameterizedTestParameters(words, functions)
{
	static struct name_case cases[] = {
		{ "serve", "serve" },
		{ "serve.constprop.0", "serve" },
		{ "serve.part.3.cold", "serve" },
		{ "serve [clone .isra.0]", "serve" },
		{ "ns::Pool::get(int, char const*) const", "ns::Pool::get" },
		{ "std::vector<int, std::allocator<int> >::push_back(int&&)",
		  "std::vector::push_back" },
		{ "void ns::run<int>(int)", "ns::run" },
		{ "std::map<int, int> ns::make<int>(int)", "ns::make" },
		{ "(anonymous namespace)::open_it(int)", "(anonymous namespace)::open_it" },
		{ "void (anonymous namespace)::open_it<int>(int)",
		  "(anonymous namespace)::open_it" },
		{ "Socket::operator bool() const", "Socket::operator bool" },
		{ "Socket::operator()(int)", "Socket::operator()" },
		{ "ns::operator<<(std::ostream&, int)", "ns::operator<<" },
		{ "ns::Ptr<int>::operator->() const", "ns::Ptr::operator->" },
		{ "main::{lambda(int)#1}::operator()(int) const", "main::{lambda}::operator()" },
		{ "main::$_0::operator()(int) const", "main::{lambda}::operator()" },
		{ "foo(int)::'lambda'(int)::operator()(int) const", "foo::{lambda}::operator()" },
		{ "core::ops::call_once::h0123456789abcdef", "core::ops::call_once" },
		{ "f(std::function<int (int)>)", "f" },
		{ "broken<int", "broken" },
		{ "broken(int", "broken" },
		{ "'lambda", "'lambda" },
		{ "operator", "operator" },
		{ "ns::name[abi:cxx11](int)", "ns::name" },
		{ "echo(echo(int)::_Z4echoi.Frame*) [clone .actor]", "echo" },
		{ "echo(int) [clone .resume]", "echo" },
		{ "", "" },
	};

	return cr_make_param_array(struct name_case, cases, sizeof(cases) / sizeof(cases[0]));
}

/* Spellings of gcc, clang, and of gcc's debug information for what was inlined. */
Test(words, function_keys)
{
	static const char *const cases[][2] = {
		{ "main::{lambda(int)#1}::operator()(int) const", "{lambda}" },
		{ "main::$_0::operator()(int) const", "{lambda}" },
		{ "operator()", "{lambda}" },
		{ "main()::<lambda(int)>::operator()", "{lambda}" },
		{ "net::Client::operator()(int) const", "net::Client::operator()" },
		{ "net::Client::with<main()::<lambda(net::Client&)> >", "net::Client::with" },
		{ "_GLOBAL__sub_I_main", "{static init}" },
		{ "_GLOBAL__sub_I_x.cc", "{static init}" },
		{ "__cxx_global_var_init.3", "{static init}" },
		{ "__static_initialization_and_destruction_0(int, int)", "{static init}" },
	};
	struct report *report = report_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(function_key(report, cases[i][0]), cases[i][1], "%s became %s",
				 cases[i][0], function_key(report, cases[i][0]));
	cr_expect(function_is_glue(function_key(report, "int std::__invoke<int>(int&&)"), NULL));
	cr_expect_not(function_is_glue("core::run", "c++"));
	cr_expect(function_is_glue("core::ops::call_once", "rust"));
	report_free(report);
}

ParameterizedTest(struct name_case *a_case, words, functions)
{
	struct report *report = report_new();

	cr_assert_str_eq(function_normalise(report, a_case->name), a_case->normal, "%s became %s",
			 a_case->name, function_normalise(report, a_case->name));
	report_free(report);
}

Test(words, addresses)
{
	struct snapshot snapshot = { .ledger = { .is_frozen = true } };
	struct report *report = report_new();
	struct sockaddr_in inet = { .sin_family = AF_INET };
	struct sockaddr_in6 inet6 = { .sin6_family = AF_INET6, .sin6_port = htons(80) };
	uint8_t bytes[32] = { 0 };

	memcpy(bytes, &inet, sizeof(inet));
	cr_assert_null(address_text(report, &snapshot, bytes, sizeof(inet)));
	inet.sin_port = htons(8080);
	memcpy(bytes, &inet, sizeof(inet));
	cr_assert_str_eq(address_text(report, &snapshot, bytes, sizeof(inet)), "0.0.0.0:8080");
	cr_assert_null(address_text(report, &snapshot, bytes, 8));
	cr_assert_null(address_text(report, &snapshot, bytes, 0));
	inet6.sin6_addr = in6addr_loopback;
	memcpy(bytes, &inet6, sizeof(inet6));
	cr_assert_str_eq(address_text(report, &snapshot, bytes, sizeof(inet6)), "[::1]:80");
	cr_assert_str_eq(family_name(report, AF_UNIX), "unix");
	cr_assert_str_eq(family_name(report, 77), "77");
	cr_assert_str_eq(protocol_name(report, AF_INET, SOCK_STREAM, 0), "tcp");
	cr_assert_null(protocol_name(report, AF_UNIX, SOCK_STREAM, 0));
	cr_assert_str_eq(tcp_state_name(8), "CLOSE-WAIT");
	cr_assert_null(tcp_state_name(0));
	cr_assert_null(tcp_state_name(200));
	report_free(report);
}

static const char *unix_address(struct world *world, const char *path, size_t length)
{
	uint8_t bytes[8] = { AF_UNIX, 0 };
	uint32_t ref = ledger_string_add(&world->ledger, path, length);

	memcpy(bytes + 4, &ref, sizeof(ref));
	world_judge(world);
	return address_text(world->report, &world->snapshot, bytes, 4);
}

Test(words, unix_addresses)
{
	struct world world;

	world_open(&world);
	cr_assert_str_eq(unix_address(&world, "/run/it.sock\0\0", 14), "/run/it.sock");
	cr_assert_str_eq(unix_address(&world, "\0abstract", 9), "@abstract");
	cr_assert_null(unix_address(&world, "", 0));
	world_close(&world);
}

Test(words, lookup_keeps_what_was_put)
{
	struct report *report = report_new();
	struct lookup lookup = { 0 };
	bool is_new;

	cr_assert_null(lookup_get(&lookup, 1, 1));
	for (uint32_t i = 0; i < 10000; i++) {
		(void)lookup_put(&lookup, report, i, i / 7, i + 1, &is_new);
		cr_assert(is_new);
	}
	for (uint32_t i = 0; i < 10000; i++)
		cr_assert_eq(*lookup_get(&lookup, i, i / 7), i + 1);
	cr_assert_eq(*lookup_put(&lookup, report, 5, 0, 99, &is_new), 6);
	cr_assert_not(is_new);
	lookup_clear(&lookup);
	cr_assert_null(lookup_get(&lookup, 5, 0));
	report_free(report);
}

static const char *fingerprint(struct world *world, uint64_t pc, unsigned int call)
{
	const uint64_t pcs[] = { pc, 0x402001, 0 };

	world_slot(world, 0, 5, call, KIND_SOCKET, world_stack(world, pcs));
	world_exit(world, 0, 0);
	return world_finding(world)->fingerprint;
}

Test(words, fingerprints_are_of_names)
{
	struct world world;
	char first[20];

	world_open(&world);
	world_symbol(0x1001, "serve(int)", "/home/me/a.c", 10);
	world_symbol(0x1501, "serve(long)", "/home/me/b.c", 99);
	world_symbol(0x2001, "main", NULL, 0);
	strcpy(first, fingerprint(&world, 0x401001, WORLD_SOCKET));
	cr_assert_eq(strlen(first), 16);
	cr_assert_str_eq(fingerprint(&world, 0x401501, WORLD_SOCKET), first);
	cr_assert_str_neq(fingerprint(&world, 0x401001, WORLD_ACCEPT4), first);
	cr_assert(world.report->findings[0].is_stable);
	cr_assert_str_neq(fingerprint(&world, 0x401701, WORLD_SOCKET), first);
	cr_assert_not(world.report->findings[0].is_stable);
	world_close(&world);
}

/* All that the shim stands in front of, as a source has it. */
Test(words, calls_are_spelled_as_in_sources)
{
	static const char *const rows[] = {
#define CALL(name, ...) #name,
#include "preload/libc/calls.def"
#undef CALL
	};
	static const char *const cases[][2] = {
		{ "open", "open" },          { "__open_2", "open" },
		{ "__open64_2", "open" },    { "__openat64_2", "openat" },
		{ "fopen64", "fopen" },      { "__read_chk", "read" },
		{ "__pread64_chk", "pread" }, { "__recvfrom_chk", "recvfrom" },
		{ "accept4", "accept4" },    { "dup2", "dup2" },
		{ "__dup2", "dup2" },        { "getdents64", "getdents64" },
		{ "preadv64v2", "preadv2" }, { "fts64_open", "fts_open" },
		{ "__fxstat64", "fstat" },   { "epoll_pwait2", "epoll_pwait2" },
	};
	struct report *report = report_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		cr_expect_str_eq(call_spelled(report, cases[i][0]), cases[i][1]);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *spelled = call_spelled(report, rows[i]);
		bool is_libcs = strcmp(rows[i], "__assert_fail") == 0 ||
				strcmp(rows[i], "__libc_start_main") == 0;

		cr_expect(is_libcs || strncmp(spelled, "__", 2) != 0, "%s", rows[i]);
		cr_expect(!strstr(spelled, "64") || strcmp(spelled, "getdents64") == 0, "%s",
			  rows[i]);
	}
	report_free(report);
}
