// SPDX-License-Identifier: BSD-2-Clause
/*
 * The aliases of a jail: addresses set on an interface of the host at start
 * and taken away at the end, over rtnetlink.
 *
 * An address that was there before stays: those that we set carry a mark of
 * ours in the kernel (IFA_PROTO), so nothing need be remembered, and others
 * are left alone.  One that several jails use goes with the last of them.
 */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "jailp.h"

#define PROTO_JAIL	0x4a	/* the mark; `ip address` shows it as proto */
#define MAX_ADDRS	255	/* of one jail and family */

/* An alias as it is wished. */
struct alias {
	int		 family;
	char		 ifname[IF_NAMESIZE];
	unsigned	 ifindex;
	int		 prefixlen;
	char		*addrtext;	/* within `words` */
	char		*words;		/* the memory of the texts */
	struct in6_addr	 addr;		/* or an in_addr, at its start */
	struct in_addr	 broadcast;
	bool		 hasbroadcast;
	int		 mtu;		/* 0: leave it */
};

struct request {
	struct nlmsghdr	 nlh;
	struct ifaddrmsg ifa;
	char		 attrs[128];
};

static size_t
addr_size(int family)
{
	return (family == AF_INET ? sizeof(struct in_addr) :
	    sizeof(struct in6_addr));
}

static void
add_attr(struct request *rq, int type, const void *data, size_t len)
{
	struct rtattr *rta = (struct rtattr *)(void *)
	    ((char *)rq + NLMSG_ALIGN(rq->nlh.nlmsg_len));

	rta->rta_type = (unsigned short)type;
	rta->rta_len = (unsigned short)RTA_LENGTH(len);
	memcpy(RTA_DATA(rta), data, len);
	rq->nlh.nlmsg_len = NLMSG_ALIGN(rq->nlh.nlmsg_len) +
	    RTA_SPACE(len);
}

static void
make_request(struct request *rq, const struct alias *al, int type, int flags)
{
	memset(rq, 0, sizeof(*rq));
	rq->nlh.nlmsg_len = NLMSG_LENGTH(sizeof(rq->ifa));
	rq->nlh.nlmsg_type = (unsigned short)type;
	rq->nlh.nlmsg_flags = (unsigned short)(NLM_F_REQUEST | flags);
	rq->ifa.ifa_family = (unsigned char)al->family;
	rq->ifa.ifa_prefixlen = (unsigned char)al->prefixlen;
	rq->ifa.ifa_index = al->ifindex;
}

static int
send_request(const struct request *rq)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	int error;

	if (fd >= 0 && send(fd, rq, rq->nlh.nlmsg_len, 0) < 0) {
		error = errno;
		close(fd);
		errno = error;
		fd = -1;
	}
	return (fd);
}

/* Send a request and return 0, or -1 with the errno of its answer. */
static int
ask(const struct request *rq)
{
	char buf[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh = (struct nlmsghdr *)(void *)buf;
	const struct nlmsgerr *answer;
	int fd = send_request(rq);
	ssize_t n;

	if (fd < 0)
		return (-1);
	n = recv(fd, buf, sizeof(buf), 0);
	close(fd);
	if (n < 0)
		return (-1);
	if (!NLMSG_OK(nlh, n) || nlh->nlmsg_type != NLMSG_ERROR) {
		errno = EPROTO;
		return (-1);
	}
	answer = NLMSG_DATA(nlh);
	errno = -answer->error;
	return (answer->error == 0 ? 0 : -1);
}

/* Is this entry of the kernel's list the alias, with our mark on it? */
static bool
is_ours(const struct nlmsghdr *nlh, const struct alias *al)
{
	const struct ifaddrmsg *ifa = NLMSG_DATA(nlh);
	const struct rtattr *rta = IFA_RTA(ifa);
	int len = (int)IFA_PAYLOAD(nlh);
	bool marked = false, local = false, same = false;

	if (nlh->nlmsg_type != RTM_NEWADDR || ifa->ifa_index != al->ifindex ||
	    ifa->ifa_family != al->family ||
	    ifa->ifa_prefixlen != al->prefixlen)
		return (false);
	for (; RTA_OK(rta, len); rta = RTA_NEXT(rta, len)) {
		if (rta->rta_type == IFA_PROTO)
			marked = *(unsigned char *)RTA_DATA(rta) ==
			    PROTO_JAIL;
		/* Without IFA_LOCAL, IFA_ADDRESS is the address. */
		if (rta->rta_type == IFA_LOCAL ||
		    (rta->rta_type == IFA_ADDRESS && !local)) {
			local = rta->rta_type == IFA_LOCAL;
			same = memcmp(RTA_DATA(rta), &al->addr,
			    addr_size(al->family)) == 0;
		}
	}
	return (marked && same);
}

/* Did we set the alias?  1, 0, or -1. */
static int
find_ours(const struct alias *al)
{
	char buf[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *nlh;
	struct request rq;
	int fd, found = 0;
	bool done = false;
	ssize_t n;

	make_request(&rq, al, RTM_GETADDR, NLM_F_DUMP);
	if ((fd = send_request(&rq)) < 0)
		return (-1);
	while (!done && (n = recv(fd, buf, sizeof(buf), 0)) > 0)
		for (nlh = (struct nlmsghdr *)(void *)buf; NLMSG_OK(nlh, n);
		    nlh = NLMSG_NEXT(nlh, n)) {
			if (nlh->nlmsg_type == NLMSG_DONE ||
			    nlh->nlmsg_type == NLMSG_ERROR)
				done = true;
			else if (is_ours(nlh, al))
				found = 1;
		}
	close(fd);
	return (done ? found : -1);
}

/* Set one of the interface's settings by ioctl. */
static int
set_link(const struct alias *al)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), error = 0;
	struct ifreq ifr = { 0 };

	if (fd < 0)
		return (-1);
	memcpy(ifr.ifr_name, al->ifname, sizeof(al->ifname));
	if (al->mtu != 0) {
		ifr.ifr_mtu = al->mtu;
		error = ioctl(fd, SIOCSIFMTU, &ifr);
	}
	/* As on FreeBSD, an interface that gets an address is up. */
	if (error == 0 && (error = ioctl(fd, SIOCGIFFLAGS, &ifr)) == 0 &&
	    !(ifr.ifr_flags & IFF_UP)) {
		ifr.ifr_flags |= IFF_UP;
		error = ioctl(fd, SIOCSIFFLAGS, &ifr);
	}
	close(fd);
	return (error);
}

static int
set_alias(const struct alias *al)
{
	static const unsigned char proto = PROTO_JAIL;
	uint32_t nodad = IFA_F_NODAD;
	struct request rq;
	size_t size = addr_size(al->family);

	make_request(&rq, al, RTM_NEWADDR,
	    NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK);
	add_attr(&rq, IFA_LOCAL, &al->addr, size);
	add_attr(&rq, IFA_ADDRESS, &al->addr, size);
	add_attr(&rq, IFA_PROTO, &proto, sizeof(proto));
	if (al->hasbroadcast)
		add_attr(&rq, IFA_BROADCAST, &al->broadcast,
		    sizeof(al->broadcast));
	/* The jail's commands are to bind to it at once. */
	if (al->family == AF_INET6)
		add_attr(&rq, IFA_FLAGS, &nodad, sizeof(nodad));
	if (ask(&rq) < 0 && errno != EEXIST)
		return (-1);
	return (set_link(al));
}

/* Does a list of addresses, with commas between, have this one? */
static bool
in_list(char *list, const struct alias *al)
{
	struct in6_addr addr;
	char *one;

	while ((one = strsep(&list, ",")) != NULL)
		if (inet_pton(al->family, one, &addr) == 1 &&
		    memcmp(&addr, &al->addr, addr_size(al->family)) == 0)
			return (true);
	return (false);
}

static bool
used_by_others(const struct cfjail *j, const struct alias *al)
{
	static char list[MAX_ADDRS * INET6_ADDRSTRLEN];
	static char ip4[] = "ip4.addr", ip6[] = "ip6.addr";
	char lastjid[16];
	int jid = 0;

	for (;;) {
		snprintf(lastjid, sizeof(lastjid), "%d", jid);
		jid = jail_getv_sized(0, "lastjid", lastjid, sizeof(lastjid),
		    al->family == AF_INET ? ip4 : ip6, list, sizeof(list),
		    NULL);
		if (jid < 0)
			return (false);
		if (jid != j->jid && in_list(list, al))
			return (true);
	}
}

static int
clear_alias(const struct cfjail *j, const struct alias *al)
{
	struct request rq;

	switch (find_ours(al)) {
	case -1:
		return (-1);
	case 0:
		return (0);
	}
	if (used_by_others(j, al))
		return (0);
	make_request(&rq, al, RTM_DELADDR, NLM_F_ACK);
	add_attr(&rq, IFA_LOCAL, &al->addr, addr_size(al->family));
	add_attr(&rq, IFA_ADDRESS, &al->addr, addr_size(al->family));
	if (ask(&rq) < 0 && errno != EADDRNOTAVAIL)
		return (-1);
	return (0);
}

static int
parse_number(const char *s, int min, int max)
{
	char *end;
	long n = strtol(s, &end, 10);

	return (end == s || *end != '\0' || n < min || n > max ? -1 : (int)n);
}

/* The length of a netmask's run of ones, or -1 if it is not one run. */
static int
mask_length(const char *text)
{
	struct in_addr mask;
	uint32_t bits;

	if (inet_pton(AF_INET, text, &mask) != 1)
		return (-1);
	bits = ntohl(mask.s_addr);
	if ((~bits & (~bits + 1)) != 0)
		return (-1);
	return (__builtin_popcount(bits));
}

static int
parse_mask(struct alias *al, const char *mask)
{
	if (al->family == AF_INET && strchr(mask, '.') != NULL)
		al->prefixlen = mask_length(mask);
	else
		al->prefixlen = parse_number(mask, 0,
		    al->family == AF_INET ? 32 : 128);
	return (al->prefixlen < 0 ? -1 : 0);
}

/* One of ifconfig's words that may follow the address, and its argument. */
static int
parse_word(struct alias *al, const char *word, const char *arg)
{
	if (arg == NULL)
		return (-1);
	if (strcmp(word, "netmask") == 0 || strcmp(word, "prefixlen") == 0)
		return (parse_mask(al, arg));
	if (strcmp(word, "mtu") == 0) {
		al->mtu = parse_number(arg, 68, 65536);
		return (al->mtu);
	}
	if (strcmp(word, "broadcast") == 0 && al->family == AF_INET) {
		al->hasbroadcast = true;
		return (inet_pton(AF_INET, arg, &al->broadcast) == 1 ? 0 : -1);
	}
	return (-1);
}

/*
 * Read "[if|]addr[/mask][ words]".  Errors are told; al->words is to be freed
 * in any case.
 */
static int
parse_alias(struct cfjail *j, struct alias *al, const char *value)
{
	const char *ifname = string_param(j, K_INTERFACE);
	char *rest, *mask, *word, *bar;

	al->words = rest = estrdup(value);
	if ((bar = strchr(rest, '|')) != NULL) {
		*bar = '\0';
		ifname = rest;
		rest = bar + 1;
	}
	snprintf(al->ifname, sizeof(al->ifname), "%s", ifname);
	al->addrtext = strsep(&rest, " ");
	if ((mask = strchr(al->addrtext, '/')) != NULL)
		*mask++ = '\0';
	al->prefixlen = al->family == AF_INET ? 32 : 128;
	if (inet_pton(al->family, al->addrtext, &al->addr) != 1 ||
	    (mask != NULL && parse_mask(al, mask) < 0)) {
		jail_warnx(j, "%s: not an %s address", value,
		    al->family == AF_INET ? "IPv4" : "IPv6");
		return (-1);
	}
	while ((word = strsep(&rest, " ")) != NULL) {
		if (word[0] == '\0' || strcmp(word, "up") == 0 ||
		    strcmp(word, "alias") == 0)
			continue;
		if (parse_word(al, word, strsep(&rest, " ")) < 0) {
			jail_warnx(j, "%s: %s: unknown or wrong word", value,
			    word);
			return (-1);
		}
	}
	al->ifindex = if_nametoindex(al->ifname);
	/* FreeBSD's name of the loopback, by which ifconfig(8) shows it. */
	if (al->ifindex == 0 && strcmp(al->ifname, "lo0") == 0) {
		strcpy(al->ifname, "lo");
		al->ifindex = if_nametoindex(al->ifname);
	}
	if (al->ifindex == 0) {
		jail_warnx(j, "interface %s does not exist", ifname);
		return (-1);
	}
	return (0);
}

/* What one would type for it, in FreeBSD's words. */
static char *
alias_command(const struct cfjail *j, int family, const char *value,
    bool down)
{
	const char *bar = strchr(value, '|');
	const char *addr = bar != NULL ? bar + 1 : value;
	int len = (int)strcspn(addr, " ");
	const char *slash = memchr(addr, '/', len), *extra = addr + len;
	int alen = slash != NULL && memchr(slash, '.', extra - slash) !=
	    NULL ? (int)(slash - addr) : len;

	return (eprintf("/sbin/ifconfig %.*s %s %.*s%s%.*s%s %s",
	    bar != NULL ? (int)(bar - value) : 1000,
	    bar != NULL ? value : string_param(j, K_INTERFACE),
	    family == AF_INET ? "inet" : "inet6", alen, addr,
	    slash == NULL ? family == AF_INET ? " netmask 255.255.255.255" :
	    " prefixlen 128" : alen < len ? " netmask " : "",
	    alen < len ? len - alen - 1 : 0, alen < len ? slash + 1 : "",
	    down ? "" : extra, down ? "-alias" : "alias"));
}

/* Set the alias that ip4.addr or ip6.addr ask for, or take it away. */
int
ifaddr_alias(struct cfjail *j, int family, const char *value, bool down)
{
	struct alias al = { .family = family };
	char *line = alias_command(j, family, value, down);
	int error;

	if (verbose > 0)
		jail_note(j, "run command: %s\n", line);
	if ((error = parse_alias(j, &al, value)) == 0 &&
	    (error = down ? clear_alias(j, &al) : set_alias(&al)) < 0)
		jail_warnx(j, "%s: %s: %s", al.ifname, al.addrtext,
		    strerror(errno));
	if (error < 0)
		jail_warnx(j, "%s: failed", line);
	free(al.words);
	free(line);
	return (error);
}
