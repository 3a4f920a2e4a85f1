/* SPDX-License-Identifier: MIT */
/*
 * Real programs: they print and return the same as alone, and what the report
 * has open is what the kernel says at their last moment.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "traced.h"

TestSuite(real, .init = run_init, .fini = run_fini);

#define WORDS_MAX 64

/* Prints and returns the same. */
static void same_check(const struct run_options *options, const char *const argv[])
{
	const char *words[WORDS_MAX] = { UNCLOSED_PROGRAM, "-q", "--gate", "none", "--" };
	struct run_child child;
	struct run alone, watched;

	for (size_t i = 0; argv[i]; i++)
		words[5 + i] = argv[i];
	child = run_start(options, argv);
	alone = run_finish(&child);
	child = run_start(options, words);
	watched = run_finish(&child);
	cr_expect_eq(run_status(&watched), run_status(&alone), "%s: %d, alone %d; %s", argv[0],
		     run_status(&watched), run_status(&alone), watched.err);
	cr_expect_str_eq(watched.out, alone.out, "%s", argv[0]);
}

static void real_check(const char *const argv[])
{
	struct run_options options = { .timeout_s = 60 };
	struct run_child child;

	if (!run_find(argv[0]))
		cr_skip("no %s", argv[0]);
	same_check(&options, argv);
	child = traced_start(&options, argv);
	traced_compare(&child);
}

Test(real, python)
{
	real_check(RUN_ARGV(PYTHON, "-c",
			    "import os, socket, subprocess, tempfile\n"
			    "kept = [os.dup(0), socket.socket().detach(), os.open('/', 0)]\n"
			    "a, b = os.pipe()\n"
			    "print(subprocess.run(['echo', 'x'], capture_output=True).stdout)\n"
			    "print(kept, a, b, flush=True)\n"
			    "os._exit(3)\n"));
}

Test(real, python_threads)
{
	real_check(RUN_ARGV(PYTHON, "-c",
			    "import os, socket, threading\n"
			    "def work():\n"
			    "    for _ in range(200):\n"
			    "        socket.socket().close()\n"
			    "threads = [threading.Thread(target=work) for _ in range(8)]\n"
			    "[t.start() for t in threads]\n"
			    "[t.join() for t in threads]\n"
			    "print(socket.socket().detach(), flush=True)\n"));
}

Test(real, bash)
{
	real_check(RUN_ARGV("bash", "-c",
			    "exec 7</dev/null 8>&1; seq 100 | grep 7 | sort -rn | head -3;"
			    "x=$(echo inner); echo $x; cat < <(echo process); exit 4"));
}

Test(real, dash)
{
	real_check(RUN_ARGV("sh", "-c", "exec 5</dev/null; echo a | tr a b; (exit 6)"));
}

Test(real, git)
{
	const char *script = run_format("cd %s && git init -q . && git add . && git status "
					"--porcelain >/dev/null; git config --list >/dev/null; "
					"git --version",
					run_path(""));

	if (!run_find("git"))
		cr_skip("no git");
	real_check(RUN_ARGV("sh", "-c", script));
}

Test(real, perl)
{
	real_check(
		RUN_ARGV("perl", "-MSocket", "-e",
			 "socket(our $s, PF_INET, SOCK_STREAM, 0); open(our $f, '<', '/dev/null');"
			 "print fileno($s), ' ', fileno($f), ' ', `echo sub`; exit 3"));
}

/* Nobody listens on port 1 of the loopback. */
Test(real, curl)
{
	real_check(RUN_ARGV("curl", "-sS", "http://127.0.0.1:1/"));
}

Test(real, ssh)
{
	real_check(RUN_ARGV("ssh", "-G", "-F", "/dev/null", "localhost"));
}

Test(real, node)
{
	real_check(RUN_ARGV("node", "-e",
			    "const net = require('net');"
			    "const server = net.createServer(c => c.end('hi'));"
			    "server.listen(0, '127.0.0.1', () => {"
			    "  net.connect(server.address().port, '127.0.0.1')"
			    "    .on('data', d => console.log(String(d)))"
			    "    .on('close', () => server.close());"
			    "});"));
}

Test(real, java)
{
	real_check(RUN_ARGV("java", "-Xshare:auto", "-version"));
}

/* What is on nearly every machine; a script where a program would be too dull alone. */
Test(real, tools)
{
	static const char *const scripts[] = {
		"find /usr/share/doc -maxdepth 1 -name 'z*'",
		"tar -cf - -C /usr/share/doc libc6 | tar -tf - | sort",
		"gzip -c /etc/passwd | gzip -dc | md5sum",
		"sed -n '1,3p;w /dev/null' /etc/passwd",
		"awk -F: '{ print $1 | \"sort\"; n++ } END { close(\"sort\"); print n }' "
		"/etc/passwd",
		"sort -S 1k -T . /usr/share/common-licenses/GPL-3 | uniq -c | sort -rn | head -n 3",
		"seq 30 | xargs -n 7 -P 1 echo",
		"printf 'all: a b\\na b:\\n\\t@echo $@\\n' | make -f - -j 2 | sort",
		"printf 'int main(void) { return 3; }' | cc -x c -o a.out - && ./a.out",
		"nm -D /bin/true | wc -l; readelf -h /bin/true | head -n 2",
		"dpkg-query -W -f '${Package}\\n' libc6 bash",
		"diff -r /etc/alternatives /etc/alternatives && cmp /etc/passwd /etc/passwd",
		"grep -rl root /etc/passwd /etc/group | sort; ls -lR /etc/alternatives | wc -l",
		"cp /etc/passwd p && mv p q && dd if=q of=r bs=64 status=none && cat q r | tail -n "
		"2",
		"openssl version; echo x | openssl dgst -sha256",
		"getent passwd root; getent hosts localhost >/dev/null; id -un",
		"env -u A nice sh -c 'exec 9</dev/null; echo done'",
		"python3 -c 'import sqlite3, ssl, zipfile, asyncio; asyncio.run(asyncio.sleep(0))'",
	};

	for (size_t i = 0; i < sizeof(scripts) / sizeof(scripts[0]); i++)
		real_check(RUN_ARGV("sh", "-c",
				    run_format("cd %s && { %s; }", run_path(""), scripts[i])));
}

/* What its virtual machine keeps is left aside, and what a script leaves is not. */
Test(real, ruby)
{
	struct run run;

	if (!run_find("ruby"))
		cr_skip("no ruby");
	run = RUN(UNCLOSED_PROGRAM, "--kinds", "all", "--", "ruby", "-e", "puts 1");
	cr_expect_eq(run_status(&run), 0, "%s", run.err);
	run = RUN(UNCLOSED_PROGRAM, "--kinds", "all", "--", "ruby", "-rsocket", "-e",
		  "$s = UNIXSocket.pair; exit!(0)");
	cr_expect_eq(run_status(&run), 23, "%s", run.err);
	cr_expect_not_null(strstr(run.err, "2 leaked sockets"), "%s", run.err);
}
