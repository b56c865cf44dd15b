/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/bench/user.h"

#include <fcntl.h>

#include "tests/bench/attempt.h"
#include "tests/bench/meter.h"
#include "tests/bench/stage.h"

#define BLOCK_BYTES 65536
#define LINE_BYTES  16384

struct file {
	int fd;
	const char *mark;
	uint64_t write_ns;
	size_t len;
	char block[BLOCK_BYTES];
};

uint32_t user_count_lines(const struct bench_row *row)
{
	return row->policy ? row->n : 2 * row->n;
}

const char *user_line_mark(const struct bench_row *row)
{
	return row->policy ? "\"process_kprobe\"" : "\"binary\":\"/tiny\"";
}

static int file_flush(struct file *file)
{
	uint64_t start = meter_own_ns();
	ssize_t n = write(file->fd, file->block, file->len);
	int r = n == (ssize_t)file->len ? 0 : -1;

	file->len = 0;
	file->write_ns += meter_own_ns() - start;
	return r;
}

static int file_add(void *user, const struct tetra_event *event)
{
	struct file *file = user;
	size_t len;

	if (file->len + LINE_BYTES > sizeof(file->block) && file_flush(file) < 0)
		return -1;
	len = tetra_event_to_json(event, file->block + file->len, LINE_BYTES);
	if (len >= LINE_BYTES)
		return -1;
	file->len += len;
	file->block[file->len++] = '\n';
	return 0;
}

/* The lines of the file so far; it is empty afterwards. */
static uint32_t file_take_lines(struct file *file)
{
	uint32_t lines = (uint32_t)stage_count_lines(file->mark);

	return ftruncate(file->fd, 0) == 0 ? lines : 0;
}

static int round_run(struct attempt *attempt, struct file *file,
		     const struct bench_row *row, uint64_t *ret_ns)
{
	uint64_t elapsed, start;
	int r;

	sleep(1);
	r = stage_run(row->op, row->n, row->path, &elapsed);
	if (r < 0)
		return r;
	file->write_ns = 0;
	start = meter_own_ns();
	attempt_drain(attempt);
	r = file_flush(file);
	*ret_ns = meter_own_ns() - start - file->write_ns;
	return r < 0 || file_take_lines(file) != user_count_lines(row) ? -ENOENT : 0;
}

static int rounds_run(struct attempt *attempt, struct file *file,
		      const struct bench_row *row, double *ret_ns)
{
	uint64_t best = UINT64_MAX, ns;
	int i, r = tetra_subscribe(attempt->session, NULL, file_add, file, NULL);

	for (i = 0; i < BENCH_ROUNDS && r == 0; i++) {
		r = round_run(attempt, file, row, &ns);
		best = r == 0 ? MIN(best, ns) : best;
	}
	*ret_ns = (double)best / row->n;
	return r;
}

int user_events_cost(const struct bench *bench, const struct bench_row *row,
		     double *ret_ns)
{
	static struct file file;
	struct attempt attempt;
	int r = attempt_open(&attempt, 0);

	file.mark = user_line_mark(row);
	file.fd = open(STAGE_EVENTS, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
		       0600);
	if (r == 0 && file.fd < 0)
		r = -errno;
	if (r == 0 && row->policy)
		r = attempt_load(&attempt, bench, row->policy, 1, 1);
	if (r == 0)
		r = rounds_run(&attempt, &file, row, ret_ns);
	closep(&file.fd);
	attempt_done(&attempt);
	return r;
}
