/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/sensor/news.h"

#include <bpf/libbpf.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of one processor's records: a power of two, after the page with the positions. A record of a
 * trampoline has about 64 bytes. */
#define DATA_PAGES 2u

struct news_cpu {
	int fd;
	struct perf_event_mmap_page *head;
};

/* How the kernel lays out a record, up to the name; perf_event_open(2) does not name it. */
struct symbol_record {
	struct perf_event_header header;
	uint64_t address;
	uint32_t len;
	uint16_t type, flags;
	char name[];
};

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

static size_t data_bytes(void)
{
	return DATA_PAGES * page_bytes();
}

static int cpu_listen(struct news_cpu *ret, int cpu)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.config = PERF_COUNT_SW_DUMMY,
		.size = sizeof(attr),
		.ksymbol = 1,
		.watermark = 1,
		.wakeup_watermark = 1,
	};
	_cleanup_(closep) int fd = (int)syscall(SYS_perf_event_open, &attr, -1, cpu, -1,
						PERF_FLAG_FD_CLOEXEC);
	void *mapping;

	if (fd < 0)
		return -errno;
	mapping = mmap(NULL, page_bytes() + data_bytes(), PROT_READ | PROT_WRITE,
		       MAP_SHARED, fd, 0);
	if (mapping == MAP_FAILED)
		return -errno;
	*ret = (struct news_cpu){ .fd = TAKE_FD(fd), .head = mapping };
	return 0;
}

int news_listen(struct news *ret)
{
	struct news made = { 0 };
	int n_possible = libbpf_num_possible_cpus(), r = -ENODEV;

	*ret = made;
	if (n_possible < 1)
		return -ENODEV;
	made.cpus = calloc((size_t)n_possible, sizeof(*made.cpus));
	if (!made.cpus)
		return -ENOMEM;
	for (int cpu = 0; cpu < n_possible; cpu++) {
		r = cpu_listen(&made.cpus[made.n_cpus], cpu);
		/* Not online. */
		if (r == -ENODEV)
			continue;
		if (r < 0)
			break;
		made.n_cpus++;
	}
	if ((r < 0 && r != -ENODEV) || !made.n_cpus) {
		news_done(&made);
		return r;
	}
	*ret = made;
	return 0;
}

/* Bytes of the ring, which may go on at its beginning. */
static void ring_copy(const struct news_cpu *cpu, uint64_t from, void *to, size_t len)
{
	const uint8_t *data = (const uint8_t *)cpu->head + page_bytes();

	for (size_t i = 0; i < len; i++)
		((uint8_t *)to)[i] = data[(from + i) % data_bytes()];
}

/* The record at @at, if it is one of a symbol. */
static bool record_read(const struct news_cpu *cpu, uint64_t at, uint32_t len,
			struct news_symbol *ret)
{
	struct symbol_record record;
	size_t name_len;

	if (len <= sizeof(record))
		return false;
	ring_copy(cpu, at, &record, sizeof(record));
	if (record.header.type != PERF_RECORD_KSYMBOL)
		return false;
	name_len = MIN(len - sizeof(record), sizeof(ret->name) - 1);
	*ret = (struct news_symbol){
		.address = record.address,
		.gone = record.flags & PERF_RECORD_KSYMBOL_FLAGS_UNREGISTER,
	};
	ring_copy(cpu, at + sizeof(record), ret->name, name_len);
	return true;
}

static bool cpu_next(struct news_cpu *cpu, struct news_symbol *ret)
{
	uint64_t end = __atomic_load_n(&cpu->head->data_head, __ATOMIC_ACQUIRE);
	uint64_t at = cpu->head->data_tail;
	bool found = false;

	while (!found && at < end) {
		struct perf_event_header header;

		ring_copy(cpu, at, &header, sizeof(header));
		if (header.size < sizeof(header))
			at = end;
		else {
			found = record_read(cpu, at, header.size, ret);
			at += header.size;
		}
	}
	__atomic_store_n(&cpu->head->data_tail, at, __ATOMIC_RELEASE);
	return found;
}

bool news_next(struct news *news, struct news_symbol *ret)
{
	for (uint32_t i = 0; i < news->n_cpus; i++)
		if (cpu_next(&news->cpus[i], ret))
			return true;
	return false;
}

void news_wait(const struct news *news, int timeout_ms)
{
	_cleanup_(freep) struct pollfd *polls = calloc(news->n_cpus, sizeof(*polls));

	/* Without memory the time passes all the same. */
	for (uint32_t i = 0; polls && i < news->n_cpus; i++)
		polls[i] = (struct pollfd){ .fd = news->cpus[i].fd, .events = POLLIN };
	poll(polls, polls ? news->n_cpus : 0, timeout_ms);
}

void news_done(struct news *news)
{
	for (uint32_t i = 0; i < news->n_cpus; i++) {
		munmap(news->cpus[i].head, page_bytes() + data_bytes());
		close(news->cpus[i].fd);
	}
	free(news->cpus);
	*news = (struct news){ 0 };
}
