/* SPDX-License-Identifier: MIT */
/* The look at a file that is about to be executed: a script's first line, and ELF headers. */
#include "process/target.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/raw.h"
#include "base/text.h"
#include "process/helper_process.h"
#include "process/programs.h"
#include "shim/names.h"
#include "shim/state.h"
#include "shim/variables.h"

#define SCRIPTS_MAX 3
#define LINE_MAX_BYTES 256 /* BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */
#define SEARCHED_MAX 1024  /* of a path found by PATH; exec may be called on a small stack */
#define SEGMENTS_MAX 24
#define DYNAMICS_MAX 64
#define DYNAMICS_AT_ONCE 16
#define HEAD_SIZE 1024 /* 14 segments and the loader's name behind them */

/* Runtimes come first among the needed libraries: the compiler puts them there. */
#define NEEDED_MAX 4

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#endif

/* A file that was opened to be looked at; its head has a script's line and an ELF's segments. */
struct file {
	long fd;
	size_t head_length;
	uint8_t head[HEAD_SIZE] __attribute__((aligned(8)));
};

static void head_read(struct file *file)
{
	long length = raw4(SYS_pread64, file->fd, file->head, sizeof(file->head), 0);

	file->head_length = raw_failed(length) ? 0 : (size_t)length;
}

/* At most `size` bytes from `offset` on; from the head where that has all of them. */
static long bytes_read_some(const struct file *file, void *buffer, size_t size, uint64_t offset)
{
	if (size <= file->head_length && offset <= file->head_length - size) {
		memcpy(buffer, file->head + offset, size);
		return (long)size;
	}
	return raw4(SYS_pread64, file->fd, buffer, size, offset);
}

static bool bytes_read(const struct file *file, void *buffer, size_t size, uint64_t offset)
{
	return bytes_read_some(file, buffer, size, offset) == (long)size;
}

struct elf {
	const struct file *file;
	unsigned int segment_count;
	Elf64_Phdr segments[SEGMENTS_MAX];
};

static const Elf64_Phdr *segment_find(const struct elf *elf, uint32_t type)
{
	for (unsigned int i = 0; i < elf->segment_count; i++)
		if (elf->segments[i].p_type == type)
			return &elf->segments[i];
	return NULL;
}

static uint64_t offset_of(const struct elf *elf, uint64_t address)
{
	for (unsigned int i = 0; i < elf->segment_count; i++) {
		const Elf64_Phdr *segment = &elf->segments[i];

		if (segment->p_type == PT_LOAD && address - segment->p_vaddr < segment->p_filesz)
			return address - segment->p_vaddr + segment->p_offset;
	}
	return 0;
}

/* The loader takes what has a slash for a path, and a blank or a colon for the end of a name. */
static bool is_sanitizer(const char *name)
{
	return (strncmp(name, "libasan.so", 10) == 0 || strncmp(name, "libtsan.so", 10) == 0 ||
		strncmp(name, "libhwasan.so", 12) == 0) &&
	       !name[strcspn(name, "/: $")];
}

/* What the dynamic section says of the libraries needed. */
struct needs {
	uint64_t names; /* where in the file; 0 not known */
	uint64_t needed[NEEDED_MAX];
	unsigned int count;
};

/* Returns false at the end of the section, and when all is known. */
static bool need_note(const struct elf *elf, const Elf64_Dyn *entry, struct needs *needs)
{
	if (entry->d_tag == DT_NEEDED && needs->count < NEEDED_MAX)
		needs->needed[needs->count++] = entry->d_un.d_val;
	if (entry->d_tag == DT_STRTAB)
		needs->names = offset_of(elf, entry->d_un.d_ptr);
	/* needed ones come first in the section, the table behind them */
	return entry->d_tag != DT_NULL && !(needs->count > 0 && needs->names);
}

static void needs_find(const struct elf *elf, struct needs *ret_needs)
{
	const Elf64_Phdr *segment = segment_find(elf, PT_DYNAMIC);
	Elf64_Dyn entries[DYNAMICS_AT_ONCE];

	*ret_needs = (struct needs){ 0 };
	for (unsigned int i = 0; segment && i < DYNAMICS_MAX; i += DYNAMICS_AT_ONCE) {
		long length = bytes_read_some(elf->file, entries, sizeof(entries),
					      segment->p_offset + i * sizeof(entries[0]));
		size_t count = raw_failed(length) ? 0 : (size_t)length / sizeof(entries[0]);

		for (size_t at = 0; at < count; at++)
			if (!need_note(elf, &entries[at], ret_needs))
				return;
		if (count < DYNAMICS_AT_ONCE)
			return;
	}
}

static void sanitizer_find(const struct elf *elf, struct target *target)
{
	struct needs needs;

	needs_find(elf, &needs);
	for (unsigned int i = 0; needs.names && i < needs.count; i++) {
		char name[sizeof(target->sanitizer)] = "";

		(void)bytes_read_some(elf->file, name, sizeof(name) - 1,
				      needs.names + needs.needed[i]); /* "" else */
		if (is_sanitizer(name)) {
			memcpy(target->sanitizer, name, sizeof(name));
			return;
		}
	}
}

static bool has_glibc_loader(const struct elf *elf)
{
	const Elf64_Phdr *segment = segment_find(elf, PT_INTERP);
	char path[64] = "";
	const char *name;

	if (!segment)
		return true; /* static: LD_PRELOAD means nothing to it, but to its children */
	(void)bytes_read_some(elf->file, path, sizeof(path) - 1, segment->p_offset); /* "" else */
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld.so", 5) == 0 ||
	       strncmp(name, "ld64.so", 7) == 0;
}

/* Returns false where it could not be read to its end. */
static bool elf_look(const struct file *file, struct target *target)
{
	struct elf elf = { .file = file };
	Elf64_Ehdr header;

	if (!bytes_read(file, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return false;
	target->is_foreign = header.e_ident[EI_CLASS] != ELFCLASS64 ||
			     header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != MACHINE;
	if (target->is_foreign)
		return true;
	if (header.e_phentsize != sizeof(Elf64_Phdr) || header.e_phnum > SEGMENTS_MAX)
		return false;
	elf.segment_count = header.e_phnum;
	if (!bytes_read(file, elf.segments, elf.segment_count * sizeof(Elf64_Phdr), header.e_phoff))
		return false;
	target->is_foreign = !has_glibc_loader(&elf);
	target->is_static = !segment_find(&elf, PT_INTERP);
	if (!target->is_foreign)
		sanitizer_find(&elf, target);
	return true;
}

/* The interpreter that a #! line names, into `path`. */
static bool script_look(const struct file *file, char *path, size_t size)
{
	char line[LINE_MAX_BYTES + 1] = "";
	struct text text;
	char *at = line + 2;

	if (file->head_length < 3 || file->head[0] != '#' || file->head[1] != '!')
		return false;
	memcpy(line, file->head,
	       file->head_length < LINE_MAX_BYTES ? file->head_length : LINE_MAX_BYTES);
	at += strspn(at, " \t");
	at[strcspn(at, " \t\r\n")] = '\0';
	text_init(&text, path, size);
	text_add(&text, at);
	return !text.is_cut && *at;
}

static long program_open(const char *path)
{
	return raw4(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0);
}

/* As execvp() does, which asks for PATH in the environment of the caller. Into `full`. */
static bool program_search(const char *name, char *full, size_t size)
{
	const char *path = environment_find(environ, "PATH=");

	for (path = path ? path : "/bin:/usr/bin";; path++) {
		size_t length = strcspn(path, ":");
		struct text text;

		text_init(&text, full, size);
		text_add_bytes(&text, path, length);
		text_add(&text, length ? "/" : "");
		text_add(&text, name);
		if (!text.is_cut && raw3(SYS_faccessat, AT_FDCWD, full, X_OK) == 0)
			return true;
		path += length;
		if (!*path)
			return false;
	}
}

/*
 * What the ledger says may be another user's word (layout.h). It can keep a program from being
 * watched, no more: the name of a library that goes into its LD_PRELOAD comes from its file.
 */
static bool known_look(const char *path, struct target *target)
{
	const struct ledger_program *program = program_find(path);

	if (!program || program->has_sanitizer)
		return false;
	target->is_foreign = program->is_foreign != 0;
	target->is_static = program->is_static != 0;
	return true;
}

/* Returns true where the file is a script, whose interpreter is then in `interpreter`. */
static bool file_look(const char *path, char *interpreter, size_t size, struct target *target)
{
	struct file file = { .fd = program_open(path) };
	bool is_script = false;
	struct stat status;

	if (raw_failed(file.fd))
		return false;
	if (raw2(SYS_fstat, file.fd, &status) == 0 && S_ISREG(status.st_mode)) {
		head_read(&file);
		is_script = script_look(&file, interpreter, size);
		if (!is_script && elf_look(&file, target))
			program_learn(path, file.fd, target);
	}
	(void)raw1(SYS_close, file.fd); /* was only read */
	return is_script;
}

static void look(const char *path, bool is_searched, struct target *ret_target)
{
	char interpreter[LINE_MAX_BYTES], next[LINE_MAX_BYTES], full[SEARCHED_MAX];

	if (is_searched && !strchr(path, '/')) {
		if (!program_search(path, full, sizeof(full)))
			return;
		path = full;
	}
	for (int i = 0; i < SCRIPTS_MAX; i++) {
		if (known_look(path, ret_target) ||
		    !file_look(path, interpreter, sizeof(interpreter), ret_target))
			return;
		memcpy(next, interpreter, sizeof(next));
		path = next;
	}
}

struct looker {
	const char *path;
	bool is_searched;
	struct target *target;
};

static void looker_run(void *data)
{
	const struct looker *looker = data;

	look(looker->path, looker->is_searched, looker->target);
}

void target_look(const char *path, bool is_searched, struct target *ret_target)
{
	int saved_errno = errno;

	*ret_target = (struct target){ 0 };
	if (!path)
		return;
	if (self.vfork_depth > 0 || process_is_single_threaded())
		look(path, is_searched, ret_target);
	else
		(void)apart_run(looker_run, &(struct looker){ path, is_searched, ret_target });
	errno = saved_errno;
}
