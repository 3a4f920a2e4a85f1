/* SPDX-License-Identifier: MIT */
#include "target.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "apart.h"
#include "base/raw.h"
#include "base/text.h"
#include "environment.h"
#include "lives.h"
#include "names.h"
#include "state.h"

#define SCRIPTS_MAX 3
#define LINE_MAX_BYTES 256 /* BINPRM_BUF_SIZE, include/uapi/linux/binfmts.h */
#define SEARCHED_MAX 1024 /* of a path found by PATH; exec may be called on a small stack */
#define SEGMENTS_MAX 24
#define DYNAMICS_MAX 64

/* Runtimes come first among the needed libraries: the compiler puts them there. */
#define NEEDED_MAX 4

#if defined(__x86_64__)
#define MACHINE EM_X86_64
#elif defined(__aarch64__)
#define MACHINE EM_AARCH64
#endif

static bool bytes_read(long fd, void *buffer, size_t size, uint64_t offset)
{
	return raw4(SYS_pread64, fd, buffer, size, offset) == (long)size;
}

struct elf {
	long fd;
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

		if (segment->p_type == PT_LOAD &&
		    address - segment->p_vaddr < segment->p_filesz)
			return address - segment->p_vaddr + segment->p_offset;
	}
	return 0;
}

static bool is_sanitizer(const char *name)
{
	return strncmp(name, "libasan.so", 10) == 0 || strncmp(name, "libtsan.so", 10) == 0 ||
	       strncmp(name, "libhwasan.so", 12) == 0;
}

static void sanitizer_find(const struct elf *elf, struct target *target)
{
	const Elf64_Phdr *segment = segment_find(elf, PT_DYNAMIC);
	uint64_t names = 0, needed[NEEDED_MAX];
	unsigned int count = 0;

	for (unsigned int i = 0; segment && i < DYNAMICS_MAX; i++) {
		Elf64_Dyn entry;

		if (!bytes_read(elf->fd, &entry, sizeof(entry),
				segment->p_offset + i * sizeof(entry)) ||
		    entry.d_tag == DT_NULL)
			break;
		if (entry.d_tag == DT_NEEDED && count < NEEDED_MAX)
			needed[count++] = entry.d_un.d_val;
		if (entry.d_tag == DT_STRTAB)
			names = offset_of(elf, entry.d_un.d_ptr);
		if (count > 0 && names)
			break; /* needed ones come first in the section, the table behind them */
	}
	for (unsigned int i = 0; names && i < count; i++) {
		char name[sizeof(target->sanitizer)] = "";

		(void)raw4(SYS_pread64, elf->fd, name, sizeof(name) - 1, names + needed[i]);
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
	(void)raw4(SYS_pread64, elf->fd, path, sizeof(path) - 1, segment->p_offset);
	name = strrchr(path, '/');
	name = name ? name + 1 : path;
	return strncmp(name, "ld-linux", 8) == 0 || strncmp(name, "ld.so", 5) == 0 ||
	       strncmp(name, "ld64.so", 7) == 0;
}

static void elf_look(long fd, struct target *target)
{
	struct elf elf = { .fd = fd };
	Elf64_Ehdr header;

	if (!bytes_read(fd, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
		return;
	target->is_foreign = header.e_ident[EI_CLASS] != ELFCLASS64 ||
			     header.e_ident[EI_DATA] != ELFDATA2LSB || header.e_machine != MACHINE;
	if (target->is_foreign || header.e_phentsize != sizeof(Elf64_Phdr) ||
	    header.e_phnum > SEGMENTS_MAX)
		return;
	elf.segment_count = header.e_phnum;
	if (!bytes_read(fd, elf.segments, elf.segment_count * sizeof(Elf64_Phdr), header.e_phoff))
		return;
	target->is_foreign = !has_glibc_loader(&elf);
	if (!target->is_foreign)
		sanitizer_find(&elf, target);
}

/* The interpreter that a #! line names, into `path`. */
static bool script_look(long fd, char *path, size_t size)
{
	char line[LINE_MAX_BYTES + 1] = "";
	struct text text;
	char *at = line + 2;

	if (raw4(SYS_pread64, fd, line, sizeof(line) - 1, 0) < 3 || line[0] != '#' ||
	    line[1] != '!')
		return false;
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

/* As execvp() does, which asks for PATH in the environment of the caller. */
static long program_search(const char *name)
{
	const char *path = environment_find(environ, "PATH=");
	char full[SEARCHED_MAX];

	if (strchr(name, '/'))
		return program_open(name);
	for (path = path ? path : "/bin:/usr/bin";; path++) {
		size_t length = strcspn(path, ":");
		struct text text;

		text_init(&text, full, sizeof(full));
		text_add_bytes(&text, path, length);
		text_add(&text, length ? "/" : "");
		text_add(&text, name);
		if (!text.is_cut && raw3(SYS_faccessat, AT_FDCWD, full, X_OK) == 0)
			return program_open(full);
		path += length;
		if (!*path)
			return -ENOENT;
	}
}

static void look(const char *path, bool is_searched, struct target *ret_target)
{
	char interpreter[LINE_MAX_BYTES];
	bool is_script = true;

	for (int i = 0; is_script && i < SCRIPTS_MAX; i++) {
		long fd = is_searched && i == 0 ? program_search(path) : program_open(path);
		struct stat status;

		if (raw_failed(fd))
			return;
		if (raw2(SYS_fstat, fd, &status) != 0 || !S_ISREG(status.st_mode)) {
			is_script = false;
		} else {
			is_script = script_look(fd, interpreter, sizeof(interpreter));
			if (!is_script)
				elf_look(fd, ret_target);
		}
		(void)raw1(SYS_close, fd); /* was only read */
		path = interpreter;
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
