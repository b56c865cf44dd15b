/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What plays a fuzz entry where there is no engine: mutations of the inputs, the same ones
 * for the same seed.
 *
 *	fuzz-X [-r RUNS] [-s SEED] FILE|FOLDER...
 *
 * An input that makes it abort is left in ./fuzz-input.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/fuzz/fuzz.h"

#define MAX_INPUTS 4096
/* Bytes. An input that grew is cut. */
#define MAX_SIZE (1u << 16)
/* Bytes of an input that is made here. */
#define MADE_SIZE 4096u
/* Changes of one run. */
#define MAX_CHANGES 6
/* Seconds for one input: more is a hang. */
#define MAX_SECONDS 5

struct input {
	uint8_t *data;
	size_t size;
};

static struct input inputs[MAX_INPUTS];
static size_t n_inputs;
static bool is_made; /* the only input is made anew for each run */
static uint64_t state = 88172645463325252u;

static uint64_t next_random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static size_t below(size_t n)
{
	return n ? next_random() % n : 0;
}

static void read_file(const char *path)
{
	static uint8_t data[MAX_SIZE];
	FILE *file = fopen(path, "r");
	size_t size;

	if (!file || n_inputs == MAX_INPUTS) {
		if (file)
			fclose(file);
		return;
	}
	size = fread(data, 1, sizeof(data), file);
	fclose(file);
	inputs[n_inputs].data = malloc(size + 1);
	if (!inputs[n_inputs].data)
		return;
	memcpy(inputs[n_inputs].data, data, size);
	inputs[n_inputs++].size = size;
}

static void read_path(const char *path)
{
	struct dirent **names;
	struct stat st;
	char inner[4096];
	int i, n;

	if (stat(path, &st) < 0)
		return;
	if (!S_ISDIR(st.st_mode)) {
		read_file(path);
		return;
	}
	n = scandir(path, &names, NULL, alphasort);
	for (i = 0; i < n; i++) {
		snprintf(inner, sizeof(inner), "%s/%s", path, names[i]->d_name);
		if (names[i]->d_name[0] != '.')
			read_path(inner);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

/* Texts that mean something to one of the readers. */
static const char *const words[] = { "\n",
				     "\n  ",
				     "- ",
				     ": ",
				     "{}",
				     "[]",
				     "\"",
				     "'",
				     "&a ",
				     "*a",
				     "<<: *a",
				     "|\n",
				     "? ",
				     "--- ",
				     "\t",
				     "#",
				     "\xff",
				     "\xef\xbb\xbf",
				     "\\0",
				     "null",
				     "true",
				     "-1",
				     "0x",
				     "1e9",
				     "18446744073709551616",
				     "list:",
				     "CAP_",
				     "::/0",
				     "/",
				     "%",
				     "!!int " };

static size_t replace(uint8_t *data, size_t size, size_t at, size_t old, const void *with,
		      size_t len)
{
	static uint8_t copy[MAX_SIZE];

	if (size - old + len > MAX_SIZE)
		return size;
	memcpy(copy, with, len);
	memmove(data + at + len, data + at + old, size - at - old);
	memcpy(data + at, copy, len);
	return size - old + len;
}

static size_t change(uint8_t *data, size_t size)
{
	const struct input *other = &inputs[below(n_inputs)];
	size_t at = below(size + 1), len = below(1 + (size - at < 64 ? size - at : 64));
	size_t from = below(other->size), most = other->size - from;
	const char *word = words[below(sizeof(words) / sizeof(words[0]))];

	switch (next_random() % 8) {
	case 0:
		if (at < size)
			data[at] ^= (uint8_t)(1u << next_random() % 8);
		return size;
	case 1:
		if (at < size)
			data[at] = (uint8_t)next_random();
		return size;
	case 2:
		return replace(data, size, at, len, "", 0);
	case 3:
		return replace(data, size, below(size + 1), 0, data + at, len);
	case 4:
		return replace(data, size, at, len, word, strlen(word));
	case 5:
		return replace(data, size, at, 0, word, strlen(word));
	case 6:
		return replace(data, size, at, len, other->data + from,
			       below(most < 256 ? most : 256));
	default:
		return at;
	}
}

/* What is played now, for who wants to know why it ended here. */
static struct input playing;

static void on_abort(int number)
{
	int fd = open("fuzz-input", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ssize_t n = fd < 0 ? -1 : write(fd, playing.data, playing.size);

	(void)n; /* there is nobody to tell */
	signal(number, SIG_DFL);
	raise(number);
}

/* Of exactly this size, so that a sanitizer sees one byte more. */
static int play(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1);
	time_t begin = time(NULL);

	if (!copy)
		return 0;
	memcpy(copy, data, size);
	playing = (struct input){ copy, size };
	(void)LLVMFuzzerTestOneInput(copy, size);
	free(copy);
	if (time(NULL) - begin <= MAX_SECONDS)
		return 0;
	fprintf(stderr, "an input took more than %d seconds\n", MAX_SECONDS);
	return 1;
}

static int play_mutations(unsigned long runs)
{
	static uint8_t data[MAX_SIZE];
	const struct input *input;
	size_t size, n;
	int r = 0;

	for (; runs && !r; runs--) {
		input = &inputs[below(n_inputs)];
		size = input->size;
		if (is_made)
			fuzz_make(input->data, size, next_random);
		memcpy(data, input->data, size);
		for (n = 1 + below(MAX_CHANGES); n; n--)
			size = change(data, size);
		r = play(data, size);
	}
	return r;
}

int main(int argc, char **argv)
{
	unsigned long runs = 0;
	size_t i;
	int option, r = 0;

	while ((option = getopt(argc, argv, "r:s:")) != -1) {
		if (option == 'r')
			runs = strtoul(optarg, NULL, 10);
		else if (option == 's')
			state ^= strtoull(optarg, NULL, 10) * 2654435761u;
		else
			return EXIT_FAILURE;
	}
	signal(SIGABRT, on_abort);
	for (; optind < argc; optind++)
		read_path(argv[optind]);
	is_made = !n_inputs && fuzz_make;
	if (!n_inputs)
		inputs[n_inputs++] = (struct input){ calloc(1, MADE_SIZE), MADE_SIZE };
	if (!inputs[0].data)
		return EXIT_FAILURE;
	for (i = 0; i < n_inputs && !r; i++)
		r = play(inputs[i].data, inputs[i].size);
	r |= play_mutations(runs);
	for (i = 0; i < n_inputs; i++)
		free(inputs[i].data);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
