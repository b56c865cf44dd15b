/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of a test's own, filled with what it wants to be read. */
#ifndef TETRA_TESTS_TREE_H
#define TETRA_TESTS_TREE_H

#include <check.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TREE_PATH_BYTES 256

static char root[64];

static inline void tree_make(void)
{
	strcpy(root, "/tmp/tetra-test.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(root));
}

/* The path of @name; the folders on the way are made. */
static inline void tree_path(char (*ret)[TREE_PATH_BYTES], const char *name)
{
	char *slash;

	snprintf(*ret, sizeof(*ret), "%s/%s", root, name);
	for (slash = *ret + strlen(root) + 1; (slash = strchr(slash, '/')); slash++) {
		*slash = '\0';
		mkdir(*ret, 0700);
		*slash = '/';
	}
}

static inline void put_below(const char *name, const void *data, size_t len)
{
	char path[TREE_PATH_BYTES];
	int fd;

	tree_path(&path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, data, len), (ssize_t)len);
	close(fd);
}

static inline void put_text(const char *name, const char *text)
{
	put_below(name, text, strlen(text));
}

static inline int tree_remove_entry(const char *path, const struct stat *st, int type,
				    struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static inline void tree_remove(void)
{
	nftw(root, tree_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}

#endif
