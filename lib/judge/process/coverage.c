/* SPDX-License-Identifier: MIT */
/* The check whether a program can be covered, by its file and by a script's interpreter. */
#include "judge/process/coverage.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/rights.h"

#define SCRIPTS_MAX 5       /* the kernel follows #! as often */
#define SCRIPT_LINE_MAX 256 /* BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */

static const struct {
	const char *reason;
	const char *remedy;
	bool is_coverable;
	bool is_preload_harmless;
} kinds[] = {
	/* clang-format off */
	[COVERAGE_OK] = { NULL, NULL, true, true },
	[COVERAGE_UNKNOWN] = { "its file cannot be read", "make the file readable", true, true },
	[COVERAGE_STATIC] = { "static program", "link it dynamically, or test it apart", false, true },
	[COVERAGE_SWITCHER] = { "static program that changes the user",
		"start the program by setpriv or runuser in its place", false, true },
	/* The loader of 32-bit programs complains on their stderr about a 64-bit library. */
	[COVERAGE_32BIT] = { "32-bit program", "build it for 64 bits", false, false },
	[COVERAGE_FOREIGN] = { "program for another processor", "build it for this machine", false, false },
	/* musl loads a library made for glibc, and ends the program when a symbol is missing. */
	[COVERAGE_MUSL] = { "musl program", "build it against glibc", false, false },
	[COVERAGE_LOADER] = { "its loader is not glibc's", "build it against glibc", false, false },
	[COVERAGE_SETUID] = { "set-user-id program",
		"run unclosed as its owner, or on a copy without the bit", false, true },
	[COVERAGE_SETGID] = { "set-group-id program",
		"run unclosed with its group, or on a copy without the bit", false, true },
	[COVERAGE_CAPABILITIES] = { "program with file capabilities",
		"run unclosed as root, or on a copy without them", false, true },
	[COVERAGE_GO] = { "Go program: it calls the kernel without libc",
		"use a leak test made for Go", false, true },
	[COVERAGE_NO_PROGRAM] = { "neither an ELF file nor a script", "begin it with a #! line", false, true },
	[COVERAGE_BROKEN] = { "its interpreter or loader is missing", "install it", false, true },
	/* clang-format on */
};

/* Does the kernel still honour set-user-id bits and capabilities of this file? */
static bool has_privileges(const char *path)
{
	struct statvfs system;

	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return false;
	return statvfs(path, &system) < 0 || !(system.f_flag & ST_NOSUID);
}

/* Gains privileges, so that the loader ignores LD_PRELOAD (AT_SECURE, man 8 ld.so)? */
static enum coverage_kind privileges_kind(const char *path, const struct stat *status)
{
	bool is_group_executable = (status->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP);

	if ((status->st_mode & S_ISUID) && status->st_uid != getuid() && has_privileges(path))
		return COVERAGE_SETUID;
	if (is_group_executable && status->st_gid != getgid() && has_privileges(path))
		return COVERAGE_SETGID;
	if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0 &&
	    has_privileges(path))
		return COVERAGE_CAPABILITIES;
	return COVERAGE_OK;
}

static enum coverage_kind elf_kind(const struct elf_file *elf)
{
	const char *loader = strrchr(elf->interpreter, '/');

	loader = loader ? loader + 1 : elf->interpreter;
	if (elf->is_32bit)
		return COVERAGE_32BIT;
	if (elf->is_foreign)
		return COVERAGE_FOREIGN;
	if (!elf->interpreter[0]) /* the loader may be run as a program itself */
		return strncmp(elf->soname, "ld-linux", 8) == 0 ? COVERAGE_OK : COVERAGE_STATIC;
	if (strncmp(loader, "ld-musl", 7) == 0)
		return COVERAGE_MUSL;
	if (strncmp(loader, "ld-linux", 8) != 0 && strncmp(loader, "ld.so", 5) != 0 &&
	    strncmp(loader, "ld64.so", 7) != 0)
		return COVERAGE_LOADER;
	if (access(elf->interpreter, F_OK) < 0)
		return COVERAGE_BROKEN;
	if (elf->is_go)
		return COVERAGE_GO;
	return COVERAGE_OK;
}

/* First line of a script, without "#!". False when `path` is no script. */
static bool script_line_read(const char *path, char *ret_line, size_t size)
{
	char bytes[SCRIPT_LINE_MAX];
	int fd = plain_file_open(path);
	ssize_t length;

	if (fd < 0)
		return false;
	length = read(fd, bytes, sizeof(bytes) - 1);
	close(fd);
	if (length < 3 || bytes[0] != '#' || bytes[1] != '!')
		return false;
	bytes[length] = '\0';
	bytes[strcspn(bytes, "\r\n")] = '\0';
	(void)snprintf(ret_line, size, "%s", bytes + 2); /* fits: both are SCRIPT_LINE_MAX */
	return true;
}

/* The first executable file of that name in PATH; false when there is none. */
static bool path_find(const char *name, char *ret_path, size_t size)
{
	const char *path = getenv("PATH");

	for (path = path ? path : "/bin:/usr/bin"; *path;) {
		size_t length = strcspn(path, ":");

		if (snprintf(ret_path, size, "%.*s/%s", (int)length, path, name) < (int)size &&
		    access(ret_path, X_OK) == 0)
			return true;
		path += length + (path[length] == ':');
	}
	return false;
}

/*
 * The program that a #! line starts: its first word or, when that is env, the
 * first word behind that is neither an option nor an assignment.
 */
static bool interpreter_find(char *line, char *ret_path, size_t size)
{
	char *rest = NULL, *word = strtok_r(line, " \t", &rest);
	const char *name = word ? strrchr(word, '/') : NULL;

	if (!word)
		return false;
	if (!name || strcmp(name, "/env") != 0) {
		(void)snprintf(ret_path, size, "%s", word); /* fits: cut by SCRIPT_LINE_MAX */
		return true;
	}
	do
		word = strtok_r(NULL, " \t", &rest);
	while (word && (word[0] == '-' || strchr(word, '=')));
	if (!word)
		return false;
	if (!strchr(word, '/'))
		return path_find(word, ret_path, size);
	(void)snprintf(ret_path, size, "%s", word); /* fits: cut by SCRIPT_LINE_MAX */
	return true;
}

/* Follow scripts to the program that runs them: its path goes into coverage->program. */
static enum coverage_kind script_follow(struct coverage *coverage)
{
	char line[SCRIPT_LINE_MAX];

	for (unsigned int i = 0; script_line_read(coverage->program, line, sizeof(line)); i++) {
		coverage->is_script = true;
		if (i == SCRIPTS_MAX ||
		    !interpreter_find(line, coverage->program, sizeof(coverage->program)))
			return COVERAGE_BROKEN;
	}
	return COVERAGE_OK;
}

/* Started by one of these, also a program that can be covered may not open the ledger. */
static bool is_switcher(const char *path)
{
	static const char *const names[] = { "gosu", "su-exec" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(slash ? slash + 1 : path, names[i]) == 0)
			return true;
	return false;
}

static enum coverage_kind program_kind(struct coverage *coverage)
{
	enum coverage_kind kind = script_follow(coverage);
	struct stat status;
	int result;

	if (kind != COVERAGE_OK)
		return kind;
	if (stat(coverage->program, &status) < 0)
		return COVERAGE_BROKEN;
	kind = privileges_kind(coverage->program, &status);
	if (kind != COVERAGE_OK)
		return kind;
	result = elf_file_read(coverage->program, &coverage->elf);
	if (result == -ENOEXEC)
		return COVERAGE_NO_PROGRAM;
	if (result < 0)
		return COVERAGE_UNKNOWN;
	kind = elf_kind(&coverage->elf);
	return kind == COVERAGE_STATIC && is_switcher(coverage->program) ? COVERAGE_SWITCHER : kind;
}

int coverage_inspect(const char *path, struct coverage *ret_coverage)
{
	struct stat status;

	*ret_coverage = (struct coverage){ .kind = COVERAGE_OK };
	if (stat(path, &status) < 0)
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	if (strlen(path) >= sizeof(ret_coverage->program))
		return -ENAMETOOLONG;
	strcpy(ret_coverage->program, path);
	ret_coverage->kind = program_kind(ret_coverage);
	ret_coverage->is_coverable = kinds[ret_coverage->kind].is_coverable;
	ret_coverage->is_preload_harmless = kinds[ret_coverage->kind].is_preload_harmless;
	ret_coverage->reason = kinds[ret_coverage->kind].reason;
	ret_coverage->remedy = kinds[ret_coverage->kind].remedy;
	/* Not the first line of a file that a user of the session may not read. */
	if (ret_coverage->is_script && ret_coverage->reason && !rights_are_limited()) {
		(void)snprintf(ret_coverage->reason_storage, sizeof(ret_coverage->reason_storage),
			       "script run by %s: %s", ret_coverage->program, ret_coverage->reason);
		ret_coverage->reason = ret_coverage->reason_storage;
	}
	return 0;
}

bool coverage_check(const char *path, const char **ret_reason, const char **ret_remedy)
{
	static struct coverage coverage;

	if (coverage_inspect(path, &coverage) < 0) {
		*ret_reason = kinds[COVERAGE_UNKNOWN].reason;
		*ret_remedy = "keep the file until the report is made";
		return false;
	}
	if (!coverage.is_coverable) {
		*ret_reason = coverage.reason;
		*ret_remedy = coverage.remedy;
	}
	return coverage.is_coverable;
}
