/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies that came with the project's specification: a folder beside the source tree
 * (TETRA_SHARED), which a stranger does not have. Our own set, tests/data/policy, covers the
 * same ground and runs everywhere in test-policy and test-lint.
 */
#include <unistd.h>

#include "tests/unit/expect.h"

static void print_counts(const char *what, const struct expect_counts *counts)
{
	printf("%s: %u files, %u failed, %u left to a kernel, %u supported, %u not yet\n",
	       what, counts->n_files, counts->n_failed, counts->n_kernel,
	       counts->n_supported, counts->n_unsupported);
}

/* Refused once; now accepted with a warning (tests/data/policy/cases/language.cases). */
static const char *const accepted_since[] = {
	"cluster-with-namespace.yaml",
	"return-action-post.yaml",
	NULL,
};

static unsigned int check_expected(const char *shared, const char *name)
{
	struct expect_counts counts = {};
	char folder[EXPECT_PATH];

	expect_path(&folder, shared, "/corpus/%s", name);
	if (expect_folder_but(folder, accepted_since, &counts) < 0)
		counts.n_failed++;
	print_counts(name, &counts);
	return counts.n_failed;
}

/* The stage of INDEX.tsv is "load", or "schema" where the reference's own loader refuses. */
static bool is_loadable(const char *folder, const char *name)
{
	char filename[EXPECT_PATH], line[2048], *at, *field;
	bool loadable = true;
	unsigned int i;
	FILE *file;

	expect_path(&filename, folder, "/INDEX.tsv");
	file = fopen(filename, "r");
	while (file && fgets(line, sizeof(line), file)) {
		at = line;
		field = strsep(&at, "\t");
		if (strncmp(name, field, strlen(field)) ||
		    strcmp(name + strlen(field), ".yaml"))
			continue;
		for (i = 0; i < 4; i++)
			field = strsep(&at, "\t");
		loadable = field && strcmp(field, "schema") != 0;
	}
	if (file)
		fclose(file);
	return loadable;
}

static unsigned int check_good(const char *shared)
{
	struct expect_counts counts = {};
	char folder[EXPECT_PATH], filename[EXPECT_PATH];
	struct dirent **names;
	int n, i;

	expect_path(&folder, shared, "/corpus/good");
	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		expect_path(&filename, folder, "/%s", names[i]->d_name);
		if (expect_is_yaml(filename) && is_loadable(folder, names[i]->d_name))
			expect_good(filename, &counts);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	print_counts("good", &counts);
	return counts.n_files ? counts.n_failed : 1;
}

/* What was loaded when the recording was made must be taken. */
static bool was_refused(const char *folder)
{
	char filename[EXPECT_PATH], line[512];
	bool refused = false;
	FILE *file;

	expect_path(&filename, folder, "/load.txt");
	file = fopen(filename, "r");
	while (file && fgets(line, sizeof(line), file))
		refused |= strncmp(line, "result: ", 8) == 0 &&
			   strncmp(line, "result: loaded", 14) != 0;
	if (file)
		fclose(file);
	return refused;
}

static unsigned int check_golden(const char *shared)
{
	struct expect_counts counts = {};
	char folder[EXPECT_PATH], filename[EXPECT_PATH];
	struct dirent **names;
	int n, i;

	expect_path(&folder, shared, "/golden");
	n = scandir(folder, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		expect_path(&folder, shared, "/golden/%s", names[i]->d_name);
		expect_path(&filename, folder, "/policy.yaml");
		if (access(filename, R_OK) == 0 && !was_refused(folder))
			expect_good(filename, &counts);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
	print_counts("golden", &counts);
	return counts.n_failed;
}

int main(void)
{
	const char *shared = getenv("TETRA_SHARED"), *data = getenv("TETRA_TEST_DATA");
	unsigned int n_failed = 0;
	char folder[EXPECT_PATH];

	expect_path(&folder, data ? data : ".", "/../../../shared");
	if (!shared)
		shared = folder;
	if (access(shared, R_OK) != 0) {
		printf("SKIPPED: no corpus at %s (set TETRA_SHARED)\n", shared);
		return 77;
	}
	n_failed += check_expected(shared, "bad");
	n_failed += check_expected(shared, "lint");
	n_failed += check_good(shared);
	n_failed += check_golden(shared);
	return n_failed ? 1 : 0;
}
