/* SPDX-License-Identifier: MIT */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "models.h"
#include "report/report.h"

static const struct report_style style = { .is_utf8 = true };
static char folder[64], path[128];
static struct report *report;

static const char clean_line[] = "unclosed: ./chat_server (pid 4242) returned 0, no socket left "
				 "open (17 opened, 17 closed)\n";

static void begin(void)
{
	(void)snprintf(folder, sizeof(folder), "/tmp/unclosed-file-XXXXXX");
	cr_assert_not_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/report.txt", folder);
	report = model_make("clean");
}

static void end(void)
{
	char command[128];

	report_free(report);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	cr_assert_eq(system(command), 0);
}

static int write_to(const char *name)
{
	return report_write_file(name, &report_text, report, &style);
}

static void expect_content(const char *name, const char *expected)
{
	char content[4096] = "";
	int fd = open(name, O_RDONLY | O_CLOEXEC);

	cr_assert_geq(fd, 0, "%s", name);
	cr_assert_geq(read(fd, content, sizeof(content) - 1), 0);
	cr_expect_str_eq(content, expected);
	(void)close(fd);
}

static void make_file(const char *name, const char *content)
{
	FILE *out = fopen(name, "we");

	cr_assert_not_null(out);
	cr_assert(fputs(content, out) >= 0);
	cr_assert_eq(fclose(out), 0);
}

/* Nothing but `count` names in the folder: no temporary file stays behind. */
static void expect_names(int count)
{
	char command[256];

	(void)snprintf(command, sizeof(command), "test $(ls -A '%s' | wc -l) = %d", folder, count);
	cr_expect_eq(system(command), 0);
}

TestSuite(file, .init = begin, .fini = end);

static void expect_mode(mode_t mode)
{
	struct stat status;

	cr_assert_eq(stat(path, &status), 0);
	cr_expect_eq(status.st_mode & 07777, mode);
}

Test(file, a_new_file_is_for_its_owner_alone)
{
	umask(0);
	cr_assert_eq(write_to(path), 0);
	expect_content(path, clean_line);
	expect_mode(0600);
	expect_names(1);
}

/* That is said for this file: neither the umask nor the mode that it had counts. */
Test(file, a_mode_that_is_asked_for)
{
	const struct report_style asked = { .is_utf8 = true, .mode = 0640 };

	umask(077);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(report_write_file(path, &report_text, report, &asked), 0);
		expect_content(path, clean_line);
		expect_mode(0640);
		cr_assert_eq(chmod(path, 0604), 0);
	}
	expect_names(1);
}

Test(file, an_old_file_is_replaced_and_keeps_its_mode)
{
	struct stat before, after;

	make_file(path, "something much longer than the report, so that a rest would be seen\n"
			"something much longer than the report, so that a rest would be seen\n");
	cr_assert_eq(chmod(path, 0604), 0);
	cr_assert_eq(stat(path, &before), 0);
	cr_assert_eq(write_to(path), 0);
	expect_content(path, clean_line);
	cr_assert_eq(stat(path, &after), 0);
	cr_expect_neq(before.st_ino, after.st_ino);
	cr_expect_eq(after.st_mode & 07777, 0604);
	expect_names(1);
}

Test(file, a_link_stays_a_link)
{
	char link[160];
	struct stat status;

	(void)snprintf(link, sizeof(link), "%s/link", folder);
	make_file(path, "old");
	cr_assert_eq(symlink("report.txt", link), 0);
	cr_assert_eq(write_to(link), 0);
	expect_content(path, clean_line);
	cr_assert_eq(lstat(link, &status), 0);
	cr_expect(S_ISLNK(status.st_mode));
}

Test(file, a_name_without_a_folder_is_in_the_working_directory)
{
	cr_assert_eq(chdir(folder), 0);
	cr_assert_eq(write_to("here.txt"), 0);
	expect_content("here.txt", clean_line);
	expect_names(1);
}

Test(file, no_bytes_are_an_empty_file)
{
	struct report_style quiet = { .is_quiet = true };

	cr_assert_eq(report_write_file(path, &report_text, report, &quiet), 0);
	expect_content(path, "");
}

/* A limit on file sizes stands in for a full disk: the write fails in the middle. */
Test(file, a_failed_write_keeps_the_old_report)
{
	struct rlimit limit = { 20, RLIM_INFINITY };

	make_file(path, "old");
	cr_assert_neq(signal(SIGXFSZ, SIG_IGN), SIG_ERR);
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(write_to(path), -EFBIG);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	expect_content(path, "old");
	expect_names(1);
}

Test(file, a_full_device_is_an_error)
{
	cr_expect_eq(write_to("/dev/full"), -ENOSPC);
	cr_expect_eq(write_to("/dev/null"), 0);
}

Test(file, missing_folders_are_made)
{
	char deep[160];

	(void)snprintf(deep, sizeof(deep), "%s/a/b c/report.txt", folder);
	cr_assert_eq(write_to(deep), 0);
	expect_content(deep, clean_line);
	(void)snprintf(deep, sizeof(deep), "%s/c//d/report.txt", folder);
	cr_expect_eq(report_check_file(deep), 0);
	cr_expect_eq(access(deep, F_OK), -1, "a check makes no file");
	deep[strlen(deep) - strlen("report.txt")] = '\0';
	cr_expect_eq(access(deep, F_OK), 0);
}

Test(file, what_is_added_leaves_the_rest)
{
	char expected[512];

	make_file(path, "before\n");
	cr_assert_eq(report_append_file(path, &report_text, report, &style), 0);
	(void)snprintf(expected, sizeof(expected), "before\n%s", clean_line);
	expect_content(path, expected);
}

Test(file, a_check_tells_what_cannot_be_written)
{
	cr_expect_eq(report_check_file(path), 0);
	cr_expect_eq(report_check_file("-"), 0);
	cr_expect_eq(report_check_file("/dev/full"), 0);
	cr_expect_eq(report_check_file(folder), -EISDIR);
	cr_expect_eq(report_check_file("/dev/fd/999"), -EBADF);
	cr_expect_eq(report_check_file("/proc/nonexistent/report.txt"), -ENOENT);
	make_file(path, "a file is no folder");
	{
		char below[160];

		(void)snprintf(below, sizeof(below), "%s/report.txt", path);
		cr_expect_eq(report_check_file(below), -ENOTDIR);
	}
}

Test(file, a_folder_that_cannot_be_made_is_an_error)
{
	cr_expect_eq(write_to("/proc/nonexistent/report.txt"), -ENOENT);
	cr_expect_eq(write_to(folder), -EISDIR);
}

Test(file, an_open_descriptor_is_written_at_its_place)
{
	char name[64];
	int fd;

	make_file(path, "before\n");
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	(void)snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	cr_assert_eq(write_to(name), 0);
	(void)close(fd);
	{
		char expected[512];

		(void)snprintf(expected, sizeof(expected), "before\n%s", clean_line);
		expect_content(path, expected);
	}
	cr_expect_eq(write_to(name), -EBADF);
}

Test(file, a_fifo_is_written_to)
{
	char content[512] = "";
	int fd;

	cr_assert_eq(mkfifo(path, 0600), 0);
	fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	cr_assert_geq(fd, 0);
	cr_assert_eq(write_to(path), 0);
	cr_assert_gt(read(fd, content, sizeof(content) - 1), 0);
	cr_expect_str_eq(content, clean_line);
	(void)close(fd);
}

/* The writer sleeps because the pipe is full, or because it is done and waits for the reader. */
static void await_sleep(pid_t pid)
{
	char name[64], state = 'R';

	(void)snprintf(name, sizeof(name), "/proc/%d/stat", pid);
	while (state != 'S') {
		FILE *in = fopen(name, "re");

		if (!in || fscanf(in, "%*d (%*[^)]) %c", &state) != 1)
			_exit(2);
		(void)fclose(in);
	}
}

static size_t json_size(const struct report *of)
{
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);

	cr_assert_eq(report_json.write(out, of, &style), 0);
	cr_assert_eq(fclose(out), 0);
	free(text);
	return size;
}

/* stderr is shared with the program, which may have made it non-blocking. */
Test(file, a_non_blocking_pipe_gets_the_whole_report)
{
	struct report *many = model_make("many");
	size_t expected = json_size(many), got = 0;
	char name[64], buffer[512];
	int ends[2], status;
	pid_t writer = getpid(), reader;

	cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
	cr_assert_geq(fcntl(ends[1], F_SETPIPE_SZ, 4096), 4096);
	cr_assert_gt(expected, (size_t)fcntl(ends[1], F_GETPIPE_SZ), "the pipe takes it all");
	cr_assert_eq(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	reader = fork();
	if (reader == 0) {
		ssize_t size;

		(void)close(ends[1]);
		await_sleep(writer);
		while ((size = read(ends[0], buffer, sizeof(buffer))) > 0)
			got += (size_t)size;
		_exit(got == expected ? 0 : 1);
	}
	(void)close(ends[0]);
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", ends[1]);
	cr_expect_eq(report_write_file(name, &report_json, many, &style), 0);
	(void)close(ends[1]);
	cr_assert_eq(waitpid(reader, &status, 0), reader);
	cr_expect_eq(status, 0);
	report_free(many);
}
