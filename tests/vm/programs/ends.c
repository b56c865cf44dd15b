/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ends: Postfix and NotPostfix on paths, against what the C library says of the same texts.
 *
 * Literals are all the ends of the paths, up to a length beyond one step of a table, and as many
 * that differ in their first byte; alone, in small sets, and hundreds of policies at once with
 * others that look at other things. Of several overrides, the policy loaded last decides.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/vm/programs/rig.h"

#define LAB "/tmp/lab/ends"
/* A step of a table is 32 bytes. */
#define MAX_LITERAL  36u
#define MAX_LITERALS 800u
#define MAX_VALUES   5u
#define ROUNDS	     100u
#define N_WIDE	     300u

#define NAME_31 "n31-aaaaaaaaaaaaaaaaaaaaaaaaaqz"
#define NAME_32 "n32-aaaaaaaaaaaaaaaaaaaaaaaaaaqz"
#define NAME_33 "n33-aaaaaaaaaaaaaaaaaaaaaaaaaaaqz"
#define NAME_64 NAME_32 NAME_32

/* Below LAB, or from the root. */
static const char *const files[] = {
	LAB "/plain.qz",
	LAB "/a/b/c/d/e/f/g/h/i/j/k/l/m/n/qz",
	LAB "/" NAME_31,
	LAB "/" NAME_32,
	LAB "/" NAME_33,
	LAB "/" NAME_64,
	LAB "/" NAME_64 ".d/short.qz",
	LAB "/" NAME_31 ".d/x/y.qz",
	LAB "/q/qz",
	"/endqz",
	"/e/qz",
	LAB "/mount/below/file.qz", /* on a file system of its own */
};
#define N_FILES (sizeof(files) / sizeof(files[0]))

struct literal {
	char text[MAX_LITERAL + 1];
};

static struct literal literals[MAX_LITERALS];
static unsigned int n_literals;
static struct tetra_session *session;
static uint64_t seed = 20261201;

static unsigned int random_below(unsigned int n)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (unsigned int)(seed >> 33) % n;
}

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), bytes = strlen(end);

	return bytes <= length && !strcmp(text + length - bytes, end);
}

/* @text is a literal that is not there yet. */
static void literal_add(const char *text)
{
	for (unsigned int i = 0; i < n_literals; i++)
		if (!strcmp(literals[i].text, text))
			return;
	if (n_literals < MAX_LITERALS)
		snprintf(literals[n_literals++].text, sizeof(literals[0].text), "%s",
			 text);
}

static void literals_make(void)
{
	for (size_t i = 0; i < N_FILES; i++) {
		size_t length = strlen(files[i]);

		for (size_t bytes = 2; bytes <= length && bytes <= MAX_LITERAL; bytes++) {
			char other[MAX_LITERAL + 1];

			literal_add(files[i] + length - bytes);
			snprintf(other, sizeof(other), "%s", files[i] + length - bytes);
			other[0] = other[0] == '/' ? '_' : '/';
			literal_add(other);
		}
	}
}

static void file_make(const char *path)
{
	char folder[256];
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	for (char *at = folder + 1; (at = strchr(at, '/')); at++) {
		*at = 0;
		mkdir(folder, 0755);
		*at = '/';
	}
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		perror(path);
		exit(EXIT_FAILURE);
	}
	close(fd);
}

static void files_make(void)
{
	(void)system("mkdir -p " LAB "/mount && mount -t tmpfs none " LAB "/mount");
	for (size_t i = 0; i < N_FILES; i++)
		file_make(files[i]);
}

static void child_opens(void)
{
	for (size_t i = 0; i < N_FILES; i++)
		close(open(files[i], O_RDONLY | O_CLOEXEC));
	_exit(0);
}

static void files_open(void)
{
	waitpid(rig_child(child_opens), NULL, 0);
}

/* A policy that counts the opens of what ends (@op: does not) with one of the literals. */
static void policy_load(struct tetra_txn *txn, const char *name, const char *op,
			const unsigned int *values, unsigned int n, uint32_t flags)
{
	char list[MAX_VALUES * (MAX_LITERAL + 8)] = "";

	for (unsigned int i = 0; i < n; i++)
		sprintf(list + strlen(list), "%s'%s'", i ? ", " : "",
			literals[values[i]].text);
	rig_txn_load(txn,
		     rig_policy(RIG_HEAD RIG_OPEN
				"    args: [{index: 0, type: file}]\n"
				"    selectors:\n"
				"    - matchArgs:\n"
				"      - {index: 0, operator: Prefix, values: [" LAB
				", /e]}\n"
				"      - {index: 0, operator: %s, values: [%s]}\n"
				"      matchActions: [{action: NoPost}]\n",
				name, op, list),
		     flags);
}

static uint64_t wanted(bool negated, const unsigned int *values, unsigned int n)
{
	uint64_t count = 0;

	for (size_t i = 0; i < N_FILES; i++) {
		bool ends = false;

		for (unsigned int k = 0; k < n; k++)
			ends |= ends_with(files[i], literals[values[k]].text);
		count += ends != negated;
	}
	return count;
}

/* One policy with a few literals, again and again. */
static void check_some(void)
{
	unsigned int wrong = 0;

	for (unsigned int round = 0; round < ROUNDS; round++) {
		bool negated = round % 3 == 2;
		unsigned int n = 1 + random_below(MAX_VALUES), values[MAX_VALUES];
		struct tetra_txn *txn = rig_txn(session);
		uint64_t before, count;

		for (unsigned int i = 0; i < n; i++)
			values[i] = random_below(n_literals);
		policy_load(txn, "some", negated ? "NotPostfix" : "Postfix", values, n,
			    round ? TETRA_LOAD_REPLACE : 0);
		rig_commit(txn);
		before = rig_counts(session, "some").matched;
		files_open();
		count = rig_counts(session, "some").matched - before;
		if (count != wanted(negated, values, n)) {
			wrong++;
			printf("%s %s and %u others: %" PRIu64 " of %" PRIu64 "\n",
			       negated ? "NotPostfix" : "Postfix",
			       literals[values[0]].text, n - 1, count,
			       wanted(negated, values, n));
		}
		rig_step("rounds", round, ROUNDS);
	}
	fact_told(ROUNDS - wrong, ROUNDS, "rounds with the count that the texts say");
}

/* A policy that looks at something else, between the others. */
static void policy_load_other(struct tetra_txn *txn, unsigned int i)
{
	rig_txn_load(txn,
		     rig_policy(RIG_HEAD_OF("other-%u") RIG_OPEN
				"    args: [{index: 0, type: file}]\n"
				"    selectors:\n"
				"    - %s\n"
				"      matchActions: [{action: NoPost}]\n",
				i,
				i % 2 ? "matchPIDs: [{operator: In, values: [4000000]}]"
				      : "matchBinaries: [{operator: In, values: [/no]}]"),
		     0);
}

static void check_many(void)
{
	struct tetra_txn *txn = rig_txn(session);
	unsigned int n = 0, right = 0, step = n_literals / N_WIDE + 1;
	char name[16];

	for (unsigned int i = 0; i < n_literals; i += step) {
		snprintf(name, sizeof(name), "end-%u", i);
		policy_load(txn, name, "Postfix", &i, 1, 0);
		policy_load_other(txn, i);
	}
	rig_commit(txn);
	files_open();
	for (unsigned int i = 0; i < n_literals; i += step) {
		snprintf(name, sizeof(name), "end-%u", i);
		n++;
		right += rig_counts(session, name).matched == wanted(false, &i, 1);
	}
	fact_told(right, n,
		  "policies, all loaded at once, that count what the texts say");
}

/* Beside all these: the first and the last policy look at the same, one in between does not. */
static void check_last(void)
{
	static const char deny[] = RIG_HEAD RIG_OPEN
		"    args: [{index: 0, type: file}]\n"
		"    selectors:\n"
		"    - %s\n"
		"      matchActions: [{action: Override, argError: %d}]\n";
	static const char by_path[] =
		"matchArgs: [{index: 0, operator: Postfix, values: [ends/plain.qz]}]";
	static const char by_program[] =
		"matchArgs: [{index: 0, operator: Equal, values: [" LAB "/plain.qz]}]\n"
		"      matchBinaries: [{operator: NotIn, values: [/no]}]";
	struct tetra_txn *txn = rig_txn(session);

	rig_txn_load(txn, rig_policy(deny, "first", by_path, -ENOENT), 0);
	rig_txn_load(txn, rig_policy(deny, "between", by_program, -EIO), 0);
	rig_txn_load(txn, rig_policy(deny, "last", by_path, -EACCES), 0);
	rig_commit(txn);
	fact_equal(rig_open_errno(LAB "/plain.qz"), EACCES, "the last policy's error");
	tetra_policy_unload(session, "last", NULL);
	fact_equal(rig_open_errno(LAB "/plain.qz"), EIO, "then that of the one before");
	tetra_policy_unload(session, "between", NULL);
	fact_equal(rig_open_errno(LAB "/plain.qz"), ENOENT, "then the first one's");
	fact_equal(rig_open_errno(LAB "/q/qz"), 0, "another file is not denied");
}

int main(void)
{
	files_make();
	literals_make();
	session = rig_session(NULL);
	check_some();
	check_many();
	check_last();
	rig_end(session);
	umount2(LAB "/mount", MNT_DETACH);
	return fact_close();
}
