/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of protocols, ICMP types and codes, flags and services. */
#ifndef ABASHIRI_PFCTL_NAMES_H
#define ABASHIRI_PFCTL_NAMES_H

#include <stdint.h>

/* -1, or NULL, when there is none. */
int	proto_number(const char *name);
const char *proto_name(unsigned number);
int	icmp_type_number(const char *name, int af);
const char *icmp_type_name(unsigned type, int af);
int	icmp_code_number(const char *name, unsigned type, int af);
const char *icmp_code_name(unsigned type, unsigned code, int af);
/* An unreachable's code as nft(8) calls it; NULL: it cannot send that. */
const char *icmp_reject_name(unsigned code, int af);
int	tcp_flags(const char *letters);
void	tcp_flag_letters(uint8_t flags, char buf[9]);
int	tos_number(const char *name);
int	port_number(const char *name);
const char *port_name(unsigned port, const char *proto);

#endif
