/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/users.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "lib/base/strbuf.h"
#include "lib/host/pseudo.h"

/* Bytes of the file: a hundred thousand users. Of a longer one no name is known. */
#define USERS_MAX_BYTES (8u << 20)

struct users_row {
	uint32_t uid;
	const char *name; /* in the text; NUL-terminated */
};

struct users {
	const char *path;
	struct stat seen; /* the file that the rows are from */
	struct strbuf text;
	struct users_row *rows; /* by uid; of several names of one, in the file's order */
	size_t n;
};

int users_new(struct users **ret, const char *path)
{
	struct users *users = calloc(1, sizeof(*users));

	if (!users)
		return -ENOMEM;
	users->path = path;
	*ret = users;
	return 0;
}

static void users_forget(struct users *users)
{
	strbuf_done(&users->text);
	users->text = (struct strbuf){};
	free(users->rows);
	users->rows = NULL;
	users->n = 0;
}

struct users *users_free(struct users *users)
{
	if (!users)
		return NULL;
	users_forget(users);
	free(users);
	return NULL;
}

/* NAME:PASSWORD:UID:...; the line's first colon becomes the end of the name. */
static bool line_parse(char *line, struct users_row *ret)
{
	char *colon = strchr(line, ':'), *number = colon ? strchr(colon + 1, ':') : NULL;
	char *end;
	unsigned long uid;

	/* A comment; '+' and '-' refer to a name service. */
	if (!number || colon == line || strchr("#+-", *line) || number[1] < '0' ||
	    number[1] > '9')
		return false;
	uid = strtoul(number + 1, &end, 10);
	if (*end != ':' || uid > UINT32_MAX)
		return false;
	*colon = '\0';
	*ret = (struct users_row){ (uint32_t)uid, line };
	return true;
}

static int row_compare(const void *left, const void *right)
{
	const struct users_row *a = left, *b = right;

	if (a->uid != b->uid)
		return a->uid < b->uid ? -1 : 1;
	return a->name < b->name ? -1 : a->name > b->name;
}

static size_t count_lines(const char *text)
{
	size_t n = 1;

	while ((text = strchr(text, '\n'))) {
		text++;
		n++;
	}
	return n;
}

static int users_read(struct users *users)
{
	char *line, *end;
	int r = pseudo_read(&users->text, AT_FDCWD, users->path, USERS_MAX_BYTES);

	if (r < 0)
		return r;
	users->rows = calloc(count_lines(strbuf_get(&users->text)), sizeof(*users->rows));
	if (!users->rows)
		return -ENOMEM;
	for (line = users->text.text; line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (line_parse(line, &users->rows[users->n]))
			users->n++;
	}
	qsort(users->rows, users->n, sizeof(*users->rows), row_compare);
	return 0;
}

static bool same_file(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev &&
	       a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
	       a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

/* An unreadable file yields no names; it is tried again when it changes. */
static void users_refresh(struct users *users)
{
	struct stat now = {};

	if (stat(users->path, &now) < 0)
		now = (struct stat){};
	if (same_file(&now, &users->seen))
		return;
	users_forget(users);
	users->seen = now;
	if (S_ISREG(now.st_mode) && users_read(users) < 0)
		users_forget(users);
}

const char *users_find(struct users *users, uint32_t uid)
{
	size_t low = 0, high, middle;

	users_refresh(users);
	/* The first of those with this number. */
	for (high = users->n; low < high;) {
		middle = low + (high - low) / 2;
		if (users->rows[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < users->n && users->rows[low].uid == uid ? users->rows[low].name
							     : NULL;
}
