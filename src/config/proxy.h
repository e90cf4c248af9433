/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * proxy.h - addresses of proxies
 */
#ifndef HPN_CONFIG_PROXY_H
#define HPN_CONFIG_PROXY_H

#include "base/buf.h"
#include "base/err.h"

/*
 * [SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/...], as curl takes it, with
 * http, https, socks4, socks4a, socks5 or socks5h as scheme; "" is none. The
 * reason for a refusal shows no password.
 */
int proxy_check(const char *url, struct err *why);

/* Append the address for people to read: with *** for a password. */
void proxy_mask(const char *url, struct buf *ret_text);

#endif
