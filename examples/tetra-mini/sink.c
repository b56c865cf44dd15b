/* SPDX-License-Identifier: Apache-2.0 */
#include "sink.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "signals.h"

/* Once a stop was asked for, a reader that has stopped reading gets this long. */
#define STOP_WAIT_MS 2000

void sink_init(struct sink *sink, int fd, const char *name)
{
	struct stat st;
	char last;

	*sink = (struct sink){ .fd = fd, .name = name };
	if (fstat(fd, &st) < 0)
		return;
	sink->can_block = !S_ISREG(st.st_mode);
	sink->is_file = S_ISREG(st.st_mode);
	/* Whoever wrote before us may have been cut off. */
	if (sink->is_file && st.st_size && pread(fd, &last, 1, st.st_size - 1) == 1)
		sink->is_torn = last != '\n';
}

/*
 * Takes back the @n bytes written last, if nothing has been written after them. True if they are gone.
 */
static bool sink_take_back(struct sink *sink, size_t n)
{
	off_t end = sink->is_file ? lseek(sink->fd, 0, SEEK_CUR) : -1;
	struct stat st;

	if (end < (off_t)n || fstat(sink->fd, &st) < 0 || st.st_size != end)
		return false;
	if (ftruncate(sink->fd, end - (off_t)n) < 0)
		return false;
	return lseek(sink->fd, end - (off_t)n, SEEK_SET) >= 0;
}

/* Bytes of @text up to the end of its last line. */
static size_t whole_lines(const char *text, size_t len)
{
	const char *last = memrchr(text, '\n', len);

	return last ? (size_t)(last - text) + 1 : 0;
}

static void sink_report(struct sink *sink, const char *reason)
{
	if (!sink->is_reported)
		fprintf(stderr, "tetra-mini: warning: cannot write events to %s: %s\n",
			sink->name, reason);
	sink->is_reported = true;
}

static void sink_fail(struct sink *sink, int error, const char *rest, size_t len)
{
	const char *end = rest + len;

	sink->is_closed = error == EPIPE || error == ETIMEDOUT;
	sink_report(sink, sink->is_closed ? "its reader has gone" : strerror(error));
	for (; rest < end && (rest = memchr(rest, '\n', (size_t)(end - rest))); rest++)
		sink->n_lost++;
}

/*
 * A pipe that poll(2) calls writable takes PIPE_BUF bytes without blocking: when we are
 * about to stop, no more than that is written at a time, and only while somebody reads.
 * (A signal that comes between the look at it and write(2) breaks nothing off; the next
 * one does.)
 */
static ssize_t sink_write_some(struct sink *sink, const char *text, size_t len)
{
	struct pollfd room = { .fd = sink->fd, .events = POLLOUT };

	if (!sink->can_block || !signals_stop_asked())
		return write(sink->fd, text, len);
	if (poll(&room, 1, STOP_WAIT_MS) == 0) {
		errno = ETIMEDOUT;
		return -1;
	}
	return write(sink->fd, text, len < PIPE_BUF ? len : PIPE_BUF);
}

/* A descriptor that somebody else made non-blocking. */
static void sink_wait(struct sink *sink)
{
	struct pollfd room = { .fd = sink->fd, .events = POLLOUT };

	(void)poll(&room, 1, STOP_WAIT_MS); /* whatever it says, the write comes next */
}

void sink_write(struct sink *sink, const char *text, size_t len)
{
	size_t done = 0, torn = sink->is_torn, whole;
	int error = 0;
	ssize_t n;

	text -= torn;
	len += torn;
	while (!sink->is_closed && done < len) {
		n = sink_write_some(sink, text + done, len - done);
		if (n >= 0)
			done += (size_t)n;
		else if (errno == EAGAIN)
			sink_wait(sink);
		else if (errno != EINTR) {
			error = errno;
			break;
		}
	}
	whole = whole_lines(text, done);
	if (done > whole && sink_take_back(sink, done - whole))
		done = whole;
	if (done > 0)
		sink->is_torn = text[done - 1] != '\n';
	if (done == len)
		return;
	/* The newline that ends a torn line is no line of its own. */
	done = done < torn ? torn : done;
	sink_fail(sink, sink->is_closed ? EPIPE : error, text + done, len - done);
}

void sink_reopen(struct sink *sink, int fd)
{
	struct sink old = *sink;

	close(old.fd);
	sink_init(sink, fd, old.name);
	sink->n_lost = old.n_lost;
}

void sink_done(struct sink *sink)
{
	if (sink->fd < 0)
		return;
	if (sink->n_lost)
		fprintf(stderr,
			"tetra-mini: warning: %" PRIu64 " events are missing in %s\n",
			sink->n_lost, sink->name);
	close(sink->fd);
	sink->fd = -1;
}
