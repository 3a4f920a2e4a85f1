/* SPDX-License-Identifier: MIT */
/* Servers that run until they are told to end: they answer, and the kernel agrees with the report. */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "traced.h"

/* Until a server listens: 30 s. */
#define TRIES 1500
#define TRY_NS 20000000

TestSuite(servers, .init = run_init, .fini = run_fini);

static bool is_listening(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool is_there;

	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	is_there = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
	close(fd);
	return is_there;
}

static void await_listener(const char *path)
{
	static const struct timespec pause = { .tv_nsec = TRY_NS };

	for (int i = 0; i < TRIES && !is_listening(path); i++)
		nanosleep(&pause, NULL);
	cr_assert(is_listening(path), "nobody listens at %s", path);
}

static const char *nginx_configuration(const char *socket)
{
	const char *path = run_path("nginx.conf");
	FILE *file = fopen(path, "we");

	cr_assert_not_null(file);
	fprintf(file,
		"daemon off;\nworker_processes 2;\nuser root;\npid %s;\nerror_log %s;\n"
		"events { worker_connections 64; }\n"
		"http { access_log off; server { listen unix:%s; return 200 'hello'; } }\n",
		run_path("nginx.pid"), run_path("nginx.log"), socket);
	fclose(file);
	return path;
}

Test(servers, nginx)
{
	const char *nginx = run_find("nginx"), *socket = run_path("nginx.sock");
	struct run_options options = { .timeout_s = 60 };
	const char *configuration;
	struct run_child child;
	struct run answer, quit;
	json_t *report;

	if (!nginx || !run_find("curl"))
		cr_skip("no nginx, or no curl");
	configuration = nginx_configuration(socket);
	child = traced_start(&options, RUN_ARGV(nginx, "-p", run_path(""), "-e",
						run_path("nginx.log"), "-c", configuration));
	await_listener(socket);
	answer = RUN("curl", "-sS", "--unix-socket", socket, "http://localhost/");
	cr_expect_str_eq(answer.out, "hello", "%s", answer.err);
	quit = RUN(nginx, "-p", run_path(""), "-e", run_path("nginx.log"), "-c", configuration,
		   "-s", "quit");
	cr_expect_eq(run_status(&quit), 0, "%s", quit.err);
	report = traced_compare(&child);
	cr_expect_eq(report_number(report, "exit/status"), 0);
	cr_expect_eq(report_number(report, "process_counts/total"), 3);
	cr_expect_eq(report_number(report, "process_counts/covered"), 3);
}

Test(servers, redis)
{
	const char *socket = run_path("redis.sock");
	struct run_options options = { .timeout_s = 60 };
	struct run_child child;
	struct run answer;
	json_t *report;

	if (!run_find("redis-server") || !run_find("redis-cli"))
		cr_skip("no redis");
	child = traced_start(&options, RUN_ARGV("redis-server", "--port", "0", "--unixsocket",
						socket, "--save", "", "--dir", run_path("")));
	await_listener(socket);
	for (int i = 0; i < 5; i++) {
		answer = RUN("redis-cli", "-s", socket, "incr", "count");
		cr_expect_str_eq(answer.out, run_format("%d\n", i + 1), "%s", answer.err);
	}
	/* A background save forks. */
	answer = RUN("redis-cli", "-s", socket, "bgsave");
	cr_expect_eq(strncmp(answer.out, "Background", 10), 0, "%s", answer.out);
	/* While the saver lives it holds copies, and would be told for what the server leaves. */
	do
		answer = RUN("redis-cli", "-s", socket, "info", "persistence");
	while (strstr(answer.out, "rdb_bgsave_in_progress:1"));
	RUN("redis-cli", "-s", socket, "shutdown", "nosave", "force");
	report = traced_compare(&child);
	cr_expect_eq(report_number(report, "exit/status"), 0);
	cr_expect_geq(report_number(report, "summary/counts/socket/closed"), 6);
}

/* Python's own server: a thread a connection, until it was asked twice. */
Test(servers, python)
{
	const char *socket = run_path("python.sock");
	struct run_options options = { .timeout_s = 60 };
	struct run_child child;
	struct run answer;

	if (!run_find(PYTHON) || !run_find("curl"))
		cr_skip("no " PYTHON ", or no curl");
	child = traced_start(
		&options,
		RUN_ARGV(PYTHON, "-c",
			 "import socketserver, sys, threading\n"
			 "from http.server import BaseHTTPRequestHandler as Handler\n"
			 "class Hello(Handler):\n"
			 "    def do_GET(self):\n"
			 "        self.send_response(200)\n"
			 "        self.end_headers()\n"
			 "        self.wfile.write(b'hello')\n"
			 "        server.left -= 1\n"
			 "        if server.left == 0:\n"
			 "            threading.Thread(target=server.shutdown).start()\n"
			 "    def address_string(self):\n"
			 "        return ''\n"
			 "class Server(socketserver.ThreadingMixIn,\n"
			 "             socketserver.UnixStreamServer):\n"
			 "    left = 2\n"
			 "server = Server(sys.argv[1], Hello)\n"
			 "server.serve_forever()\n",
			 socket));
	await_listener(socket);
	for (int i = 0; i < 2; i++) {
		answer = RUN("curl", "-sS", "--unix-socket", socket, "http://localhost/");
		cr_expect_str_eq(answer.out, "hello", "%s", answer.err);
	}
	traced_compare(&child);
}
