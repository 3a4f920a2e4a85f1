/* SPDX-License-Identifier: MIT */
/* Where separate debug files are looked for. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "symbol/debugfile.h"

static char root[] = "/tmp/unclosed-debug-XXXXXX";
static struct binary binary;

static void debugfile_setup(void)
{
	int fd = open(SAMPLES "c_o2", O_RDONLY | O_CLOEXEC);

	cr_assert(mkdtemp(root));
	cr_assert_eq(binary_inspect(fd, &binary), 0);
	close(fd);
}

static void debugfile_teardown(void)
{
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", root);
	cr_expect_eq(system(command), 0);
}

TestSuite(debugfile, .init = debugfile_setup, .fini = debugfile_teardown);

static void file_install(const char *sample, const char *directory, const char *name)
{
	char command[2048];

	snprintf(command, sizeof(command), "mkdir -p '%s%s' && cp '%s%s' '%s%s/%s'", root,
		 directory, SAMPLES, sample, root, directory, name);
	cr_assert_eq(system(command), 0);
}

static void build_id_install(const char *sample)
{
	char directory[32], name[2 * BUILD_ID_MOST + 8] = "";

	snprintf(directory, sizeof(directory), "/.build-id/%02x", binary.build_id.bytes[0]);
	for (size_t i = 1; i < binary.build_id.length; i++)
		sprintf(name + 2 * (i - 1), "%02x", binary.build_id.bytes[i]);
	strcat(name, ".debug");
	file_install(sample, directory, name);
}

static bool is_found(struct debugfile_search search)
{
	char *path = NULL;
	int fd;

	search.root = root;
	fd = debugfile_open(&search, &path);
	if (fd < 0) {
		cr_expect_eq(fd, -ENOENT);
		cr_expect_null(path);
		return false;
	}
	cr_expect_not_null(path);
	free(path);
	close(fd);
	return true;
}

static struct debugfile_search search_for_c_o2(void)
{
	return (struct debugfile_search){ .path = SAMPLES "c_stripped",
					  .build_id = &binary.build_id };
}

Test(debugfile, is_found_by_build_id)
{
	cr_expect_not(is_found(search_for_c_o2()));
	build_id_install("c_beside.debug");
	cr_expect(is_found(search_for_c_o2()));
}

Test(debugfile, with_another_build_id_inside_is_refused)
{
	build_id_install("c_wrong.debug");
	cr_expect_not(is_found(search_for_c_o2()));
}

Test(debugfile, that_is_no_elf_file_is_refused)
{
	build_id_install("c_beside.debug");
	cr_expect(is_found(search_for_c_o2()));
	build_id_install("../cmake_install.cmake");
	cr_expect_not(is_found(search_for_c_o2()));
}

Test(debugfile, is_found_by_link_below_the_root)
{
	struct debugfile_search search = search_for_c_o2();
	char directory[512];

	snprintf(directory, sizeof(directory), "%.*s", (int)strlen(SAMPLES) - 1, SAMPLES);
	search.link = "elsewhere.debug";
	cr_expect_not(is_found(search));
	file_install("c_beside.debug", directory, "elsewhere.debug");
	cr_expect(is_found(search));
}

Test(debugfile, by_link_needs_a_checksum_without_build_ids)
{
	struct build_id none = { .length = 0 };
	struct debugfile_search search = { .path = SAMPLES "c_checksum",
					   .build_id = &none,
					   .link = "c_checksum.debug",
					   .link_crc = 12345 };

	cr_expect_not(is_found(search));
}

Test(debugfile, link_with_a_directory_is_refused)
{
	struct debugfile_search search = search_for_c_o2();

	search.link = "../samples/c_beside.debug";
	cr_expect_not(is_found(search));
	search.link = "c_beside.debug";
	cr_expect(is_found(search));
}
