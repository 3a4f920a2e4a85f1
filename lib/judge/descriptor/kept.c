/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that the C library opens for itself and keeps for the next call:
 * the socket of syslog(), the file of getpwent(). It makes them behind its own
 * functions, so nobody sees the opening; but what they are open to is known. They
 * are no leak of the program's, and have a function that releases them (glibc 2.36).
 *
 * A program can open the same by itself, as nobody sees either. So libc is believed to
 * keep one only for a program that knows one of the database's functions, by its
 * own name or by that of a library that it has loaded, and only one of each.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/text.h"
#include "judge/descriptor/addresses.h"
#include "judge/descriptor/descriptor.h"
#include "judge/process/elf_file.h"

#define SYSLOG_FUNCTIONS "syslog vsyslog openlog __syslog_chk __vsyslog_chk "
#define UTMP_FUNCTIONS                                                                       \
	"setutent setutxent getutent getutent_r getutxent getutid getutid_r getutxid "        \
	"getutline getutline_r getutxline pututline pututxline "

enum kept_by { BY_PATH, BY_NAMED_PATH, BY_PEER_PATH, BY_PEER_PORT, BY_NETLINK };

static const struct {
	enum kept_by by;
	const char *path;
	const char *opener;
	const char *closer; /* NULL: libc has none */
	const char *functions; /* that open it, a blank behind each */
} keepers[] = {
	{ BY_PEER_PATH, "/dev/log", "syslog", "closelog", SYSLOG_FUNCTIONS },
	{ BY_PEER_PATH, "/run/systemd/journal/dev-log", "syslog", "closelog",
	  SYSLOG_FUNCTIONS }, /* where it points */
	{ BY_PATH, "/etc/passwd", "getpwent", "endpwent", "setpwent getpwent getpwent_r " },
	{ BY_PATH, "/etc/group", "getgrent", "endgrent", "setgrent getgrent getgrent_r " },
	{ BY_PATH, "/etc/shadow", "getspent", "endspent", "setspent getspent getspent_r " },
	{ BY_PATH, "/etc/gshadow", "getsgent", "endsgent", "setsgent getsgent getsgent_r " },
	{ BY_PATH, "/etc/hosts", "gethostent", "endhostent",
	  "sethostent gethostent gethostent_r " },
	{ BY_PATH, "/etc/networks", "getnetent", "endnetent", "setnetent getnetent getnetent_r " },
	{ BY_PATH, "/etc/protocols", "getprotoent", "endprotoent",
	  "setprotoent getprotoent getprotoent_r " },
	{ BY_PATH, "/etc/services", "getservent", "endservent",
	  "setservent getservent getservent_r " },
	{ BY_PATH, "/etc/rpc", "getrpcent", "endrpcent", "setrpcent getrpcent getrpcent_r " },
	{ BY_PATH, "/etc/aliases", "getaliasent", "endaliasent",
	  "setaliasent getaliasent getaliasent_r " },
	{ BY_PATH, "/run/utmp", "getutxent", "endutxent", UTMP_FUNCTIONS },
	{ BY_PATH, "/var/run/utmp", "getutxent", "endutxent", UTMP_FUNCTIONS },
	{ BY_NAMED_PATH, NULL, "getutxent", "endutxent", "utmpname utmpxname " },
	{ BY_PATH, "/etc/fstab", "getfsent", "endfsent",
	  "setfsent getfsent getfsspec getfsfile " },
	{ BY_PATH, "/etc/ttys", "getttyent", "endttyent", "setttyent getttyent " },
	{ BY_PATH, "/etc/.pwd.lock", "lckpwdf", "ulckpwdf", "lckpwdf " },
	/* RES_STAYOPEN is only in a state that the program has asked for. */
	{ BY_PEER_PORT, NULL, "res_query", "res_nclose", "__res_state __res_ninit res_ninit " },
	{ BY_NETLINK, NULL, "mq_notify", NULL, "mq_notify " },
};

#define KEEPERS (sizeof(keepers) / sizeof(keepers[0]))
#define DNS_PORT 53

static bool is_peer_path(struct judge *judge, const struct ledger_fact *fact, const char *path)
{
	const char *peer;

	if (fact->family != AF_UNIX || !(fact->has & HAS_PEER) ||
	    fact->peer_length > sizeof(fact->peer))
		return false;
	peer = address_text(judge->report, judge->snapshot, fact->peer, fact->peer_length);
	return peer && strcmp(peer, path) == 0;
}

/* Only the resolver asks name servers behind everybody's back (RES_STAYOPEN, RES_USEVC). */
static bool is_name_server(const struct ledger_fact *fact)
{
	struct sockaddr_in address; /* the port of AF_INET6 lies at the same place */

	if ((fact->family != AF_INET && fact->family != AF_INET6) || !(fact->has & HAS_PEER) ||
	    fact->peer_length < offsetof(struct sockaddr_in, sin_addr))
		return false;
	memcpy(&address, fact->peer, offsetof(struct sockaddr_in, sin_addr));
	return address.sin_port == htons(DNS_PORT);
}

/* The resolver's and getifaddrs()'s netlink sockets are bound, and gone when they return. */
static bool is_unbound_netlink(const struct ledger_fact *fact)
{
	uint32_t id; /* struct sockaddr_nl: family, padding, id, groups */

	if (fact->family != AF_NETLINK || fact->type != SOCK_RAW || fact->protocol != 0 ||
	    !(fact->has & HAS_LOCAL) || fact->local_length < 8)
		return false;
	memcpy(&id, fact->local + 4, sizeof(id));
	return id == 0;
}

static bool is_kept_by(struct judge *judge, const struct ledger_fact *fact, size_t keeper)
{
	const char *path;

	switch (keepers[keeper].by) {
	case BY_PATH:
		path = snapshot_string(judge->snapshot, fact->path_ref);
		return path && strcmp(path, keepers[keeper].path) == 0;
	case BY_NAMED_PATH: /* utmpname() has said which: any */
		return fact->has & HAS_STAT && S_ISREG(fact->mode);
	case BY_PEER_PATH:
		return is_peer_path(judge, fact, keepers[keeper].path);
	case BY_PEER_PORT:
		return is_name_server(fact);
	default:
		return is_unbound_netlink(fact);
	}
}

/* Is `name` one of those in a list, or does one of them end it? */
static bool list_ends(const char *list, const char *name)
{
	size_t length = strlen(name), word;

	for (; (word = strcspn(list, " ")) > 0; list += word + 1)
		if (word <= length && memcmp(name + length - word, list, word) == 0)
			return true;
	return false;
}

static void name_note(const char *name, void *data)
{
	uint32_t *known = data;

	for (size_t i = 0; name[0] && i < KEEPERS; i++)
		if (!(*known >> i & 1) && list_ends(keepers[i].functions, name))
			*known |= UINT32_C(1) << i;
}

/* The C library itself and what belongs to it have all these names. */
static bool is_of_libc(const char *path)
{
	static const char *const names[] = { "libc.so", "libc-2", "ld-", "libresolv", "libnss_",
					     "libpthread", "librt", "libunclosed" };
	const char *slash = strrchr(path, '/');

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (text_starts_with(slash ? slash + 1 : path, names[i]))
			return true;
	return false;
}

/* For which databases does a program know a function? A program that cannot be read may know all. */
static uint32_t keepers_of(struct judge *judge, const struct ledger_process *process)
{
	uint32_t ref, known = 0;
	const struct ledger_image *image = image_record(judge, process, &ref);
	const char *exe = image ? snapshot_string(judge->snapshot, image->exe_ref) : NULL;
	const uint32_t *found = lookup_get(&judge->keepers_by_image, ref, 0);
	const struct ledger_module *module;
	bool is_new;

	if (found)
		return *found;
	if (!exe || elf_file_names(exe, name_note, &known) != 0)
		known = UINT32_MAX;
	ref = image ? LEDGER_LOAD(image->modules_ref) : 0;
	while ((module = ledger_at(judge->ledger, ref, sizeof(*module))) &&
	       budget_take(judge, &judge->record_budget, 1)) {
		const char *path = snapshot_string(judge->snapshot, module->path_ref);

		if (path && path[0] == '/' && !is_of_libc(path))
			(void)elf_file_names(path, name_note, &known); /* else it says nothing */
		ref = module->next_ref;
	}
	(void)image_record(judge, process, &ref);
	return *lookup_put(&judge->keepers_by_image, judge->report, ref, 0, known, &is_new);
}

/* One a database: is this the first that is kept there in this process? */
static bool is_first_kept(struct judge *judge, uint32_t life, size_t keeper)
{
	size_t first = 0;
	bool is_new;

	while (strcmp(keepers[first].opener, keepers[keeper].opener) != 0)
		first++;
	(void)lookup_put(&judge->kept_by_life, judge->report, life, first, 1, &is_new);
	return is_new;
}

unsigned int kept_find(struct judge *judge, const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;
	const struct life *life = &judge->lives[leak->life];

	/* All that libc keeps is closed by exec. */
	if (leak->view->origin != DESCRIPTOR_UNSEEN || !fact ||
	    (fact->has & HAS_CLOEXEC && !fact->is_cloexec))
		return 0;
	for (size_t i = 0; i < KEEPERS; i++)
		if (is_kept_by(judge, fact, i) &&
		    keepers_of(judge, judge->images[life->last].process) >> i & 1)
			return is_first_kept(judge, leak->life, i)
				       ? KEPT_CALLS + (unsigned int)i
				       : 0;
	return 0;
}

const char *kept_opener(unsigned int kept)
{
	return kept >= KEPT_CALLS && kept - KEPT_CALLS < KEEPERS ? keepers[kept - KEPT_CALLS].opener
								 : NULL;
}

const char *kept_reason(struct judge *judge, unsigned int kept)
{
	const char *closer = keepers[kept - KEPT_CALLS].closer;

	return closer ? report_printf(judge->report, "kept by libc: %s() releases it", closer)
		      : "kept by libc: nothing releases it";
}

void kept_word(struct judge *judge, struct group *group)
{
	const char *opener = kept_opener(group->call);
	const char *closer = keepers[group->call - KEPT_CALLS].closer;
	struct finding *finding = &group->finding;
	bool is_socket = finding->kind == KIND_SOCKET;

	finding->title = report_printf(
		judge->report, "%s%s%s, kept by libc for %s(), open until the end",
		is_socket && group->noun ? group->noun : "", is_socket && group->noun ? " " : "",
		kind_name(finding->kind), opener);
	finding->explanation = report_printf(
		judge->report,
		"The C library opens it by itself in %s() and related functions. It keeps it for "
		"the next call%s.",
		opener, closer ? "" : ", for as long as the process lives");
	finding->remedy = closer ? report_printf(judge->report,
						 "%s() releases it, if it need not "
						 "live as long as the program.",
						 closer)
				 : "A fix is neither needed nor possible.";
}
