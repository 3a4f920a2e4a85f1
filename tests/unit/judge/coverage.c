/* SPDX-License-Identifier: MIT */
/* Programs that can and cannot be covered, and files that only look like programs. */
#include <criterion/criterion.h>

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/process/coverage.h"

static char folder[] = "/tmp/unclosed-test-XXXXXX";
static char path[64];

static void folder_make(void)
{
	cr_assert_not_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/program", folder);
}

static void folder_remove(void)
{
	unlink(path);
	rmdir(folder);
}

TestSuite(coverage, .init = folder_make, .fini = folder_remove);

static void file_write(const void *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	cr_assert_geq(fd, 0);
	cr_assert_eq(write(fd, bytes, length), (ssize_t)length);
	close(fd);
}

static enum coverage_kind kind_of(const char *program)
{
	static struct coverage coverage;

	cr_assert_eq(coverage_inspect(program, &coverage), 0, "%s", program);
	return coverage.kind;
}

/* The smallest file that is one: a header, and a loader when it is given. */
static void elf_write(unsigned char elf_class, uint16_t machine, const char *loader)
{
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr segment;
		char loader[64];
	} image = {
		.header = { .e_ident = { 0x7f, 'E', 'L', 'F', elf_class, ELFDATA2LSB, EV_CURRENT },
			    .e_type = ET_DYN,
			    .e_machine = machine,
			    .e_version = EV_CURRENT,
			    .e_phoff = sizeof(Elf64_Ehdr),
			    .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phentsize = sizeof(Elf64_Phdr),
			    .e_phnum = loader ? 1 : 0 },
		.segment = { .p_type = PT_INTERP,
			     .p_offset = sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr),
			     .p_filesz = sizeof(image.loader) },
	};

	if (loader)
		strcpy(image.loader, loader);
	file_write(&image, sizeof(image));
}

static uint16_t own_machine(void)
{
	Elf64_Ehdr header;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	cr_assert_eq(read(fd, &header, sizeof(header)), (ssize_t)sizeof(header));
	close(fd);
	return header.e_machine;
}

Test(coverage, this_program_can_be_covered)
{
	cr_expect_eq(kind_of("/proc/self/exe"), COVERAGE_OK);
}

Test(coverage, static_program)
{
	const char *reason, *remedy;

	elf_write(ELFCLASS64, own_machine(), NULL);
	cr_expect_eq(kind_of(path), COVERAGE_STATIC);
	cr_assert_not(coverage_check(path, &reason, &remedy));
	cr_expect_str_eq(reason, "static program");
	cr_expect_str_eq(remedy, "link it dynamically, or test it apart");
}

Test(coverage, other_classes_processors_and_loaders)
{
	elf_write(ELFCLASS32, EM_386, NULL);
	cr_expect_eq(kind_of(path), COVERAGE_32BIT);
	elf_write(ELFCLASS64, EM_S390, NULL);
	cr_expect_eq(kind_of(path), COVERAGE_FOREIGN);
	elf_write(ELFCLASS64, own_machine(), "/lib/ld-musl-x86_64.so.1");
	cr_expect_eq(kind_of(path), COVERAGE_MUSL);
	elf_write(ELFCLASS64, own_machine(), "/system/bin/linker64");
	cr_expect_eq(kind_of(path), COVERAGE_LOADER);
	elf_write(ELFCLASS64, own_machine(), "/nowhere/ld-linux.so.2");
	cr_expect_eq(kind_of(path), COVERAGE_BROKEN);
}

Test(coverage, musl_must_not_be_preloaded)
{
	struct coverage coverage;

	elf_write(ELFCLASS64, own_machine(), "/lib/ld-musl-x86_64.so.1");
	cr_assert_eq(coverage_inspect(path, &coverage), 0);
	cr_expect_not(coverage.is_preload_harmless);
}

Test(coverage, script_is_its_interpreter)
{
	static struct coverage coverage;

	file_write("#! /bin/sh -e\nexit 0\n", 21);
	cr_assert_eq(coverage_inspect(path, &coverage), 0);
	cr_expect(coverage.is_script && coverage.is_coverable);
	cr_expect_str_eq(coverage.program, "/bin/sh");

	file_write("#!/usr/bin/env -S A=b sh\n", 25);
	cr_assert_eq(coverage_inspect(path, &coverage), 0);
	cr_expect(coverage.is_coverable);
	cr_expect_not_null(strstr(coverage.program, "/sh"));

	file_write("#!/nowhere/interpreter\n", 23);
	cr_expect_eq(kind_of(path), COVERAGE_BROKEN);
}

Test(coverage, script_of_itself_ends)
{
	char line[80];

	snprintf(line, sizeof(line), "#!%s\n", path);
	file_write(line, strlen(line));
	cr_expect_eq(kind_of(path), COVERAGE_BROKEN);
}

Test(coverage, what_is_no_program)
{
	file_write("", 0);
	cr_expect_eq(kind_of(path), COVERAGE_NO_PROGRAM);
	file_write("\177ELF", 4);
	cr_expect_eq(kind_of(path), COVERAGE_NO_PROGRAM);
	file_write("hello\n", 6);
	cr_expect_eq(kind_of(path), COVERAGE_NO_PROGRAM);
}

Test(coverage, missing_files_and_folders)
{
	static struct coverage coverage;
	const char *reason, *remedy;

	cr_expect_eq(coverage_inspect("/nowhere/program", &coverage), -ENOENT);
	cr_expect_eq(coverage_inspect("/tmp", &coverage), -EACCES);
	cr_expect_not(coverage_check("/nowhere/program", &reason, &remedy));
	cr_expect_str_eq(reason, "its file cannot be read");
}

/* A FIFO without a writer blocks whoever opens it. */
Test(coverage, fifo_does_not_hang, .timeout = 5)
{
	static struct coverage coverage;

	cr_assert_eq(mkfifo(path, 0600), 0);
	cr_expect_eq(coverage_inspect(path, &coverage), -EACCES);
}

Test(coverage, set_user_id_of_another_user)
{
	if (getuid() != 0)
		cr_skip_test("needs root to make the file");
	elf_write(ELFCLASS64, own_machine(), "/lib64/ld-linux-x86-64.so.2");
	cr_assert_eq(chown(path, 1, 0), 0);
	cr_assert_eq(chmod(path, 04755), 0);
	cr_expect_eq(kind_of(path), COVERAGE_SETUID);
	cr_assert_eq(chown(path, 0, 0), 0);
	cr_assert_eq(chmod(path, 04755), 0);
	cr_expect_neq(kind_of(path), COVERAGE_SETUID);
}

/* Every field of a real program in turn gets values that no linker writes. */
Test(coverage, damaged_headers_are_survived, .timeout = 60)
{
	static char bytes[1 << 15];
	static struct coverage coverage;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	ssize_t length = read(fd, bytes, sizeof(bytes));

	close(fd);
	cr_assert_gt(length, 4096);
	for (size_t at = 4; at < 1024; at++) {
		char saved = bytes[at];

		for (int value = 0; value < 3; value++) {
			bytes[at] = (char[]){ 0, 0x7f, (char)0xff }[value];
			file_write(bytes, (size_t)length);
			(void)coverage_inspect(path, &coverage);
		}
		bytes[at] = saved;
	}
	for (size_t cut = 0; cut < 4096; cut += 7) {
		file_write(bytes, cut);
		(void)coverage_inspect(path, &coverage);
	}
}
