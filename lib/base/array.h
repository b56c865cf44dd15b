/* SPDX-License-Identifier: Apache-2.0 */
/* Arrays that grow by doubling. */
#ifndef TETRA_LIB_ARRAY_H
#define TETRA_LIB_ARRAY_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#define ARRAY_FIRST_ROOM 32u

/*
 * Room for one more element of @size bytes. @array: the address of the pointer to the elements,
 * which may move; @n of them are in use, and *@room have their memory.
 * Return: 0 or -ENOMEM; then all stays as it was.
 */
static inline int array_reserve(void *array, uint32_t n, uint32_t *room, size_t size)
{
	uint32_t more = *room ? *room * 2 : ARRAY_FIRST_ROOM;
	void *grown;

	if (n < *room)
		return 0;
	grown = reallocarray(*(void **)array, more, size);
	if (!grown)
		return -ENOMEM;
	*(void **)array = grown;
	*room = more;
	return 0;
}

#endif
