/* SPDX-License-Identifier: BSD-2-Clause */
/* An interface that is being changed, and the words that say how. */
#ifndef ABASHIRI_IFCONFIG_TARGET_H
#define ABASHIRI_IFCONFIG_TARGET_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "iface.h"

/* An address as it is wished, put together from several words. */
struct wish {
	int		 wi_af;		/* AF_INET, AF_INET6; 0: no word yet */
	uint8_t		 wi_addr[16];
	uint8_t		 wi_dst[16];
	uint8_t		 wi_brd[16];
	bool		 wi_hasaddr;
	bool		 wi_hasdst;
	bool		 wi_hasbrd;
	int		 wi_plen;	/* -1: not said */
	int		 wi_alias;	/* 1 alias, -1 -alias, 0 neither */
	bool		 wi_nodad;
	uint32_t	 wi_preferred;	/* UINT32_MAX: for ever */
	uint32_t	 wi_valid;
};

struct target {
	struct nl	*ta_nl;
	char		 ta_name[IFNAMSIZ];	/* the kernel's */
	char		 ta_shown[IFNAMSIZ];	/* as the user calls it */
	unsigned	 ta_index;
	bool		 ta_print;	/* its name at the end: it is new */
	bool		 ta_gone;	/* destroyed, or moved away */
	struct wish	 ta_wish;
};

/* Fill in from the kernel; false: there is no such interface. */
bool	target_find(struct target *ta, struct nl *nl, const char *name);
_Noreturn void target_missing(const char *name);

/* clone.c: make and unmake.  Both end the program on failure. */
bool	clone_known(const char *name);
void	clone_list(void);
void	clone_create(struct nl *nl, const char *name, char ret_name[IFNAMSIZ]);
void	clone_destroy(struct target *ta);

/* addr.c: the words of addresses.  End the program on failure. */
void	wish_clear(struct wish *wi, int af);
void	wish_word(struct wish *wi, const char *word);
void	wish_mask(struct wish *wi, const char *word);
void	wish_broadcast(struct wish *wi, const char *word);
int	mask_parse(int af, const char *word);	/* its length, or -1 */
void	wish_apply(struct target *ta);

/* link.c: the interface itself.  End the program on failure. */
void	link_flags(struct target *ta, unsigned set, unsigned clear);
void	link_mtu(struct target *ta, const char *word);
void	link_mac(struct target *ta, const char *word);
void	link_describe(struct target *ta, const char *text);
void	link_group(struct target *ta, const char *name);
void	link_ungroup(struct target *ta, const char *name);
void	link_rename(struct target *ta, const char *name);
enum inet6_switch { INET6_ACCEPT_RTADV, INET6_AUTO_LINKLOCAL, INET6_DISABLED };
void	link_inet6(struct target *ta, enum inet6_switch what, bool on);
int	mac_parse(const char *word, uint8_t ret_mac[6]);

/* bridge.c */
void	bridge_add(struct target *ta, const char *member);
void	bridge_remove(struct target *ta, const char *member);
void	bridge_port(struct target *ta, const char *member, int attr, bool on);
void	bridge_number(struct target *ta, const char *word, int attr, int max,
	    int scale);

#endif
