/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mem.h - memory that is there or ends the program
 *
 * hpn's own structures are small and bounded; when even those cannot be had,
 * there is nothing sensible left to do. Each of these returns memory or says
 * "out of memory" on standard error and exits with status 1.
 */
#ifndef HPN_BASE_MEM_H
#define HPN_BASE_MEM_H

#include <stddef.h>

void *mem_alloc(size_t n);                          /* zeroed */
void *mem_array(size_t count, size_t size);         /* zeroed, overflow checked */
void *mem_grow(void *p, size_t count, size_t size); /* realloc, new part raw */
char *mem_strdup(const char *s);
char *mem_strndup(const char *s, size_t n);

#endif
