/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that the C library opens for itself and keeps for the next call:
 * the socket of syslog(), the file of getpwent(). It makes them behind its own
 * functions, so nobody sees the opening; but what they are open to is known. They
 * are no leak of the program's, and have a function that releases them (glibc 2.36).
 *
 * A program can open the same by itself, as nobody sees either. So libc is believed to
 * keep one only where the process called one of the database's functions, and did not
 * release it since; and only one of each.
 */
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "judge/descriptor/addresses.h"
#include "judge/descriptor/descriptor.h"

enum kept_by { BY_PATH, BY_NAMED_PATH, BY_PEER_PATH, BY_PEER_PORT, BY_NETLINK };

static const struct {
	enum kept_by by;
	const char *path;
	enum kept_database database;
	const char *opener;
	const char *closer; /* NULL: libc has none */
} keepers[] = {
	{ BY_PEER_PATH, "/dev/log", KEPT_SYSLOG, "syslog", "closelog" },
	{ BY_PEER_PATH, "/run/systemd/journal/dev-log", KEPT_SYSLOG, "syslog",
	  "closelog" }, /* where it points */
	{ BY_PATH, "/etc/passwd", KEPT_PASSWD, "getpwent", "endpwent" },
	{ BY_PATH, "/etc/group", KEPT_GROUP, "getgrent", "endgrent" },
	{ BY_PATH, "/etc/shadow", KEPT_SHADOW, "getspent", "endspent" },
	{ BY_PATH, "/etc/gshadow", KEPT_GSHADOW, "getsgent", "endsgent" },
	{ BY_PATH, "/etc/hosts", KEPT_HOSTS, "gethostent", "endhostent" },
	{ BY_PATH, "/etc/networks", KEPT_NETWORKS, "getnetent", "endnetent" },
	{ BY_PATH, "/etc/protocols", KEPT_PROTOCOLS, "getprotoent", "endprotoent" },
	{ BY_PATH, "/etc/services", KEPT_SERVICES, "getservent", "endservent" },
	{ BY_PATH, "/etc/rpc", KEPT_RPC, "getrpcent", "endrpcent" },
	{ BY_PATH, "/etc/aliases", KEPT_ALIASES, "getaliasent", "endaliasent" },
	{ BY_PATH, "/run/utmp", KEPT_UTMP, "getutxent", "endutxent" },
	{ BY_PATH, "/var/run/utmp", KEPT_UTMP, "getutxent", "endutxent" },
	{ BY_NAMED_PATH, NULL, KEPT_UTMP, "getutxent", "endutxent" },
	{ BY_PATH, "/etc/fstab", KEPT_FSTAB, "getfsent", "endfsent" },
	{ BY_PATH, "/etc/ttys", KEPT_TTYS, "getttyent", "endttyent" },
	{ BY_PATH, "/etc/.pwd.lock", KEPT_LOCK, "lckpwdf", "ulckpwdf" },
	/* RES_STAYOPEN is only in a state that the program has asked for. */
	{ BY_PEER_PORT, NULL, KEPT_RESOLVER, "res_query", "res_nclose" },
	{ BY_NETLINK, NULL, KEPT_NOTIFY, "mq_notify", NULL },
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

static bool is_kept_by(struct judge *judge, const struct ledger_fact *fact, size_t keeper,
		       uint32_t kept)
{
	const char *path;

	if (!(kept & KEPT_BIT(keepers[keeper].database)))
		return false;

	switch (keepers[keeper].by) {
	case BY_PATH:
		path = snapshot_string(judge->snapshot, fact->path_ref);
		return path && strcmp(path, keepers[keeper].path) == 0;
	case BY_NAMED_PATH: /* utmpname() has said which: any */
		return kept & KEPT_BIT(KEPT_UTMP_NAMED) && fact->has & HAS_STAT &&
		       S_ISREG(fact->mode);
	case BY_PEER_PATH:
		return is_peer_path(judge, fact, keepers[keeper].path);
	case BY_PEER_PORT:
		return is_name_server(fact);
	default:
		return is_unbound_netlink(fact);
	}
}

/* One a database: is this the first that is kept there in this process? */
static bool is_first_kept(struct judge *judge, uint32_t life, size_t keeper)
{
	bool is_new;

	(void)lookup_put(&judge->kept_by_life, judge->report, life, keepers[keeper].database, 1,
			 &is_new);
	return is_new;
}

unsigned int kept_find(struct judge *judge, const struct leak *leak)
{
	const struct ledger_fact *fact = leak->fact;
	const struct life *life = &judge->lives[leak->life];
	uint32_t kept;

	/* All that libc keeps is closed by exec. */
	if (leak->view->origin != DESCRIPTOR_UNSEEN || !fact ||
	    (fact->has & HAS_CLOEXEC && !fact->is_cloexec))
		return 0;
	kept = LEDGER_LOAD(judge->images[life->last].process->kept);
	for (size_t i = 0; i < KEEPERS; i++)
		if (is_kept_by(judge, fact, i, kept))
			return is_first_kept(judge, leak->life, i) ? KEPT_CALLS + (unsigned int)i
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
