/* SPDX-License-Identifier: MIT */
/* What the session remembers of program files, and which of them this process runs. */
#include "process/programs.h"

#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "process/target.h"
#include "shim/names.h"
#include "shim/state.h"

/* Of a program that is remembered. Lies on the stack of a vfork child, too. */
#define PATH_SIZE 512

static void file_of(const struct stat *status, struct ledger_file *ret_file)
{
	*ret_file = (struct ledger_file){
		.device = status->st_dev,
		.inode = status->st_ino,
		.size = (uint64_t)status->st_size,
		.changed_ns = (uint64_t)status->st_ctim.tv_sec * 1000000000u +
			      (uint64_t)status->st_ctim.tv_nsec,
	};
}

bool path_make_absolute(const char *path, char *buffer, size_t size)
{
	struct text text;
	long length;

	text_init(&text, buffer, size);
	if (path[0] == '/') {
		text_add(&text, path);
		return !text.is_cut;
	}
	length = raw2(SYS_getcwd, buffer, size);
	text.length = length > 0 ? (size_t)length - 1 : 0; /* getcwd counts the '\0' */
	text_add(&text, "/");
	text_add(&text, path);
	return !text.is_cut && length > 0;
}

static bool path_stat(const char *path, struct ledger_file *ret_file)
{
	struct stat status;

	if (raw_failed(raw4(SYS_newfstatat, AT_FDCWD, path, &status, 0)))
		return false;
	file_of(&status, ret_file);
	return true;
}

/* Take the last component away, if there is one. */
static void text_climb(struct text *text)
{
	while (text->length > 0 && text->bytes[--text->length] != '/')
		;
	text->bytes[text->length] = '\0';
}

/*
 * What a path is remembered by: from the root on, without "." and "..", so that a
 * suite's ./sed and ../sed/sed are one. Where a symbolic link stands before "..",
 * that is another file, which its inode tells.
 */
static bool path_make_plain(const char *path, char *buffer, size_t size)
{
	char absolute[PATH_SIZE];
	const char *part, *next;
	struct text text;

	if (!path_make_absolute(path, absolute, sizeof(absolute)))
		return false;
	text_init(&text, buffer, size);
	/* By hand: strspn() and its kin are on pages of libc that few programs touch. */
	for (part = absolute; *part; part = next) {
		size_t length;

		for (next = part + 1; *next && *next != '/'; next++)
			;
		length = (size_t)(next - part); /* with the slash before it */
		if (length == 3 && part[1] == '.' && part[2] == '.')
			text_climb(&text);
		else if (length > 1 && (length != 2 || part[1] != '.'))
			text_add_bytes(&text, part, length);
	}
	return !text.is_cut;
}

struct ledger_program *program_find(const char *path)
{
	char plain[PATH_SIZE];
	struct ledger_file file;

	return path_stat(path, &file) && path_make_plain(path, plain, sizeof(plain))
		       ? ledger_program_find(&shim.ledger, plain, &file)
		       : NULL;
}

void program_learn(const char *path, long fd, const struct target *target)
{
	struct ledger_program filled = { .is_foreign = target->is_foreign,
					 .is_static = target->is_static,
					 .has_sanitizer = target->sanitizer[0] != '\0' };
	char plain[PATH_SIZE];
	struct stat status;

	if (!path_make_plain(path, plain, sizeof(plain)) ||
	    raw_failed(raw2(SYS_fstat, fd, &status)))
		return;
	file_of(&status, &filled.file);
	ledger_program_add(&shim.ledger, plain, &filled);
}

/* Is it a file of that name still, and the very one? A deleted one has " (deleted)" behind it. */
static bool is_file_at(const char *path, const struct ledger_file *file)
{
	struct ledger_file there;

	return path[0] == '/' && path_stat(path, &there) && there.device == file->device &&
	       there.inode == file->inode;
}

uint32_t program_running(void)
{
	const char *given = (const char *)getauxval(AT_EXECFN);
	struct ledger_program *program = given && getauxval(AT_BASE) ? program_find(given) : NULL;
	uint32_t ref = program ? atomic_load_explicit(&program->exe_ref, memory_order_acquire) : 0;
	char path[4096];
	long length;

	if (ref)
		return ref;
	length = raw4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof(path) - 1);
	if (raw_failed(length))
		return 0;
	path[length] = '\0';
	ref = ledger_name_add(&shim.ledger, path, (size_t)length);
	if (program && is_file_at(path, &program->file))
		atomic_store_explicit(&program->exe_ref, ref, memory_order_release);
	return ref;
}
