/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config/proxy.h"

#include <string.h>
#include <strings.h>

#include "base/utf8.h"

/* Where user and host begin. */
static const char *behind_scheme(const char *url)
{
	size_t len = strspn(url, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789+-.");

	return strncmp(url + len, "://", 3) != 0 ? url : url + len + 3;
}

/* The last @ anywhere: an unescaped one in a password must not show its rest. */
void proxy_mask(const char *url, struct buf *ret_text)
{
	const char *user = behind_scheme(url), *at = strrchr(user, '@');
	const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;

	if (!colon) {
		utf8_show(ret_text, url, strlen(url), 200);
		return;
	}
	utf8_show(ret_text, url, (size_t)(colon - url), 100);
	buf_adds(ret_text, ":***");
	utf8_show(ret_text, at, strlen(at), 100);
}

static int refuse(const char *url, const char *what, struct err *why)
{
	struct buf shown = BUF_INIT;

	proxy_mask(url, &shown);
	err_set(why, "'%s' %s; give a URL such as http://proxy.example:3128", buf_str(&shown),
		what);
	buf_release(&shown);
	return -1;
}

static int scheme_is_known(const char *url, size_t len)
{
	static const char *const known[] = { "http",    "https",  "socks4",
					     "socks4a", "socks5", "socks5h" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strlen(known[i]) == len && !strncasecmp(url, known[i], len))
			return 1;
	return 0;
}

/* ":" and 1 to 65535, ":" alone, or nothing. */
static int port_is_good(const char *s, const char *end)
{
	unsigned long port = 0;

	if (s == end || s + 1 == end)
		return s == end || *s == ':';
	if (*s++ != ':')
		return 0;
	for (; s < end && port <= 65535; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		port = port * 10 + (unsigned long)(*s - '0');
	}
	return port >= 1 && port <= 65535;
}

int proxy_check(const char *url, struct err *why)
{
	const char *host = behind_scheme(url), *end = host + strcspn(host, "/?#"), *tail;

	if (!*url)
		return 0;
	if (host != url && !scheme_is_known(url, (size_t)(host - 3 - url)))
		return refuse(url, "has an unknown scheme", why);
	if (url[strcspn(url, " \t\n\r\v\f")])
		return refuse(url, "contains white space", why);
	for (const char *p = end; p > host; p--)
		if (p[-1] == '@') {
			host = p;
			break;
		}
	if (*host == '[') {
		tail = memchr(host, ']', (size_t)(end - host));
		if (!tail)
			return refuse(url, "has a [ without ]", why);
		if (tail == host + 1)
			return refuse(url, "names no host", why);
		tail++;
	} else {
		tail = memchr(host, ':', (size_t)(end - host));
		if (!tail)
			tail = end;
		if (tail == host)
			return refuse(url, "names no host", why);
		if (memchr(host, '[', (size_t)(tail - host)))
			return refuse(url, "has a [ in its host", why);
	}
	if (!port_is_good(tail, end))
		return refuse(url, "has a bad port", why);
	return 0;
}
