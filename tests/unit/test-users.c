/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/host/users.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/suite.h"

/* USERS_MAX_BYTES */
#define MAX_BYTES (8u << 20)

static char path[32];
static struct users *users;

static void setup(void)
{
	int fd;

	strcpy(path, "/tmp/test-users.XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	close(fd);
	ck_assert_int_eq(users_new(&users, path), 0);
}

static void teardown(void)
{
	unlink(path);
	users = users_free(users);
}

/* A file of its own each time, as editors make it; padded with one comment to @bytes. */
static void file_write(const char *text, size_t bytes)
{
	FILE *file;

	unlink(path);
	file = fopen(path, "w");
	ck_assert_ptr_nonnull(file);
	fputs(text, file);
	for (size_t len = strlen(text); len < bytes; len++)
		fputc('#', file);
	ck_assert_int_eq(fclose(file), 0);
}

static void is_called(uint32_t uid, const char *name)
{
	const char *found = users_find(users, uid);

	if (!name)
		ck_assert_msg(!found, "%u is called %s", uid, found);
	else
		ck_assert_str_eq(found, name);
}

TEST(users_have_names)
{
	file_write("root:x:0:0:root:/root:/bin/sh\n"
		   "web:x:33:33::/var/www:/bin/false\n"
		   "last:x:4294967294:1::/:/bin/sh",
		   0);
	is_called(0, "root");
	is_called(33, "web");
	is_called(4294967294u, "last");
	is_called(1, NULL);
	is_called(4294967295u, NULL);
}

TEST(users_of_one_number_are_called_by_the_first_name)
{
	file_write("second:x:7:0::/:\nroot:x:0:0::/:\nfirst:x:5:0::/:\ntoor:x:0:0::/:\n"
		   "again:x:5:0::/:\n",
		   0);
	is_called(0, "root");
	is_called(5, "first");
	is_called(7, "second");
}

TEST(users_skip_lines_that_are_none)
{
	file_write(
		"\n# note:x:1:1\n+:::::\n-nobody:x:2:2::/:\n:x:3:3::/:\nshort:x\n"
		"minus:x:-4:4::/:\nword:x:five:5::/:\nopen:x:6\nbig:x:4294967296:1::/:\n"
		"blank:x: 8:8::/:\ngood:x:9:9::/:\n",
		0);
	for (uint32_t uid = 0; uid < 9; uid++)
		is_called(uid, NULL);
	is_called(9, "good");
}

TEST(users_follow_the_file)
{
	is_called(0, NULL);
	file_write("root:x:0:0::/:\n", 0);
	is_called(0, "root");
	file_write("king:x:0:0::/:\nroot:x:1:1::/:\n", 0);
	is_called(0, "king");
	is_called(1, "root");
	unlink(path);
	is_called(0, NULL);
	file_write("root:x:0:0::/:\n", 0);
	is_called(0, "root");
}

TEST(users_of_a_file_up_to_the_limit)
{
	file_write("root:x:0:0::/:\n", MAX_BYTES);
	is_called(0, "root");
	file_write("root:x:0:0::/:\n", MAX_BYTES + 1);
	is_called(0, NULL);
}

FIXTURE(setup, teardown)
