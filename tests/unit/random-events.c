/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "tests/unit/random-rules.h"

/* A value near a literal of the rules: changed at an end, in the middle, or not. */
static size_t text_change(struct random_state *random, char *text, size_t len)
{
	switch (random_below(random, 8)) {
	case 0:
		text[len++] = 'a' + random_below(random, 2);
		return len;
	case 1:
		memcpy(text + len, "/zz", 3);
		return len + 3;
	case 2:
		return len ? len - 1 : 0;
	case 3:
		memmove(text + 2, text, len);
		memcpy(text, "/q", 2);
		return len + 2;
	case 4:
		if (len)
			text[random_below(random, len)] = 'x';
		return len;
	}
	return len;
}

/* As the kernel would give it: begins with '/', no empty component, no NUL. */
static size_t text_make_path(char *text, size_t len)
{
	size_t n = 1;

	if (len && text[0] != '/')
		text[0] = '/';
	for (size_t i = 1; i < len; i++) {
		if (text[i] == '\0' || (text[i] == '/' && text[n - 1] == '/'))
			continue;
		text[n++] = text[i];
	}
	if (!len)
		text[0] = '/';
	return n > 1 && text[n - 1] == '/' ? n - 1 : n;
}

static size_t text_make_string(char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!text[i])
			text[i] = 'n';
	return len;
}

static size_t event_text(const struct random_rules *rules, struct random_state *random,
			 bool path, char *ret)
{
	size_t len;

	if (rules->n_texts && !random_once(random, 4)) {
		const struct random_text *text =
			&rules->texts[random_below(random, rules->n_texts)];

		len = MIN(text->len, RANDOM_TEXT_BYTES - 8u);
		memcpy(ret, text->text, len);
		len = text_change(random, ret, len);
		if (random_once(random, 3))
			len = text_change(random, ret, len);
	} else {
		len = random_text(rules, random, path, ret, RANDOM_TEXT_BYTES - 8);
	}
	return MIN(len, (size_t)RANDOM_TEXT_BYTES);
}

static uint64_t event_number(const struct random_rules *rules,
			     struct random_state *random, uint32_t kind)
{
	uint64_t number;

	if (!rules->n_numbers || random_once(random, 4))
		return random_number(random, kind);
	number = rules->numbers[random_below(random, rules->n_numbers)];
	return random_extend(kind, number - 1 + random_below(random, 3));
}

/* The IPv4 address in IPv6. */
static void address_map(uint8_t *address)
{
	memcpy(address + 12, address, 4);
	memset(address, 0, 10);
	address[10] = address[11] = 0xff;
}

/* Most values can be read. */
static uint32_t event_state(struct random_state *random, uint32_t n_states)
{
	if (!random_once(random, 16))
		return TETRA_VALUE_READ;
	return TETRA_VALUE_ABSENT + random_below(random, n_states);
}

static void event_address(const struct random_rules *rules, struct random_state *random,
			  uint8_t *ret)
{
	for (uint32_t i = 0; i < 16; i++)
		ret[i] = random_next(random);
	if (rules->n_addresses && !random_once(random, 8)) {
		const struct policy_value *value =
			rules->addresses[random_below(random, rules->n_addresses)];
		uint32_t bytes = value->addr_bits / 8, bit = value->addr_bits - 1;

		memcpy(ret, value->addr, random_once(random, 2) ? 16 : bytes);
		if (value->addr_bits && random_once(random, 4))
			ret[bit / 8] ^= 0x80 >> bit % 8;
		if (value->addr_family == 4 && random_once(random, 2))
			address_map(ret);
	}
}

static void event_sock(const struct random_rules *rules, struct random_state *random,
		       struct tetra_record_sock *ret)
{
	static const uint8_t families[] = { 2, 2, 2, 10, 10, 10, 1, 0 };

	ret->family = families[random_below(random, ARRAY_SIZE(families))];
	ret->protocol = event_number(rules, random, TETRA_ARG_UINT16);
	ret->state = (uint8_t)event_number(rules, random, TETRA_ARG_UINT8);
	ret->sport = event_number(rules, random, TETRA_ARG_UINT16);
	ret->dport = event_number(rules, random, TETRA_ARG_UINT16);
	event_address(rules, random, ret->saddr);
	event_address(rules, random, ret->daddr);
}

/* A packet: of another kind, of no protocol with ports, in memory that cannot be read. */
static void event_packet(struct random_state *random, struct tetra_record_sock *ret)
{
	const uint8_t ports =
		sock_part_column(TETRA_PART_SPORT) | sock_part_column(TETRA_PART_DPORT);
	const uint8_t protocol = sock_part_column(TETRA_PART_PROTOCOL);
	const uint8_t all = ports | protocol | sock_part_column(TETRA_PART_SADDR) |
			    sock_part_column(TETRA_PART_DADDR) |
			    sock_part_column(TETRA_PART_FAMILY);
	const struct {
		uint8_t absent, unread;
	} lacks[] = {
		{},
		{},
		{ .absent = all },
		{ .unread = all },
		{ .absent = ports },
		{ .unread = ports },
		{ .absent = ports, .unread = protocol },
		{ .unread = ports | protocol },
	};
	uint32_t i = random_below(random, ARRAY_SIZE(lacks));

	ret->state = 0;
	ret->protocol &= UINT8_MAX;
	/* Only extensions of IPv6 hide a protocol, and only a header of IPv4 is too short. */
	if (i >= 6 && ret->family == 2)
		i = 5;
	/* What has no ports has none that are read. */
	if (!(lacks[i].unread & protocol) && !TETRA_HAS_PORTS(ret->protocol)) {
		if (random_once(random, 2))
			ret->protocol = random_once(random, 2) ? 6 : 17;
		else if (i != 2 && (i != 5 || ret->family != 2))
			i = 4;
	}
	if (ret->family != 2 && ret->family != 10)
		i = 2;
	ret->absent = lacks[i].absent | sock_part_column(TETRA_PART_STATE);
	ret->unread = lacks[i].unread;
}

static void event_slot(const struct random_rules *rules, struct random_state *random,
		       struct eval_arg *ret, char *text)
{
	const struct kind_row *kind = kind_row(ret->kind);
	bool path = kind->slots == TETRA_SLOTS_PATH;

	switch (kind->slots) {
	case TETRA_SLOTS_NUMBER:
		ret->number = event_number(rules, random, ret->kind);
		/* It may be reached through a pointer. */
		if (*kind->of && random_once(random, 8))
			ret->state = random_once(random, 2) ? TETRA_VALUE_UNREADABLE
							    : TETRA_VALUE_NONE;
		return;
	case TETRA_SLOTS_SOCK:
		/* Either there is one or there is not. */
		ret->state = random_once(random, 16) ? TETRA_VALUE_UNREADABLE
						     : event_state(random, 1);
		event_sock(rules, random, &ret->sock);
		if (ret->kind == TETRA_ARG_SKB)
			event_packet(random, &ret->sock);
		return;
	}
	ret->text = text;
	ret->state = event_state(random, TETRA_VALUE_STATES - 1);
	ret->type_state = event_state(random, TETRA_VALUE_STATES - 1);
	ret->file_type = random_below(random, 16);
	/* A fault may leave the beginning of a text. */
	if (ret->state == TETRA_VALUE_READ && !path && random_once(random, 6))
		ret->state = TETRA_VALUE_FAULT;
	if (ret->state == TETRA_VALUE_FAULT && !path)
		ret->len =
			random_below(random, event_text(rules, random, path, text) + 1);
	if (ret->state != TETRA_VALUE_READ)
		return;
	ret->foreign = path && random_once(random, 4);
	ret->endless = !path && random_once(random, 8);
	ret->len = event_text(rules, random, path, text);
	if (path)
		ret->len = text_make_path(text, ret->len);
	else if (ret->kind != TETRA_ARG_CHAR_BUF)
		ret->len = text_make_string(text, ret->len);
}

static void event_process(const struct random_rules *rules, struct random_state *random,
			  struct random_event *ret)
{
	struct eval_event *process = &ret->process;

	process->tgid = random_below(random, 24);
	process->ns_tgid = random_below(random, 24);
	process->exe = ret->exe;
	if (random_once(random, 24))
		process->exe_state = random_once(random, 2) ? TETRA_VALUE_NONE
							    : TETRA_VALUE_UNREADABLE;
	process->marks_unknown = random_once(random, 24);
	process->names_unknown = random_once(random, 24);
	process->exe_foreign = random_once(random, 4);
	if (process->exe_state == TETRA_VALUE_READ && !random_once(random, 32))
		process->exe_len = text_make_path(
			ret->exe, event_text(rules, random, true, ret->exe));
	ret->pid_marks = random_next(random) & random_next(random);
	ret->binary_marks = random_next(random) & random_next(random);
	for (uint32_t i = 0; i < TETRA_NS_END; i++)
		process->namespaces[i] = 4026531830u + random_below(random, 10);
	process->user_ns = process->namespaces[TETRA_NS_USER];
	memcpy(process->host_namespaces, rules->host_ns, sizeof(rules->host_ns));
	process->host_user_ns = rules->host_user_ns;
	for (uint32_t i = 0; i < TETRA_CAPSET_END; i++) {
		process->caps[i] = random_next(random) & random_next(random);
		if (random_once(random, 2))
			process->caps[i] &= random_next(random) & random_next(random);
		process->caps[i] &= (1ull << 41) - 1;
	}
}

/* A row has the marks that start with its own executable. */
static void event_start_marks(const struct random_rules *rules, struct random_event *ret)
{
	for (uint32_t g = 0; g < rules->hook.n_groups; g++) {
		const struct ruleset_group *group = &rules->hook.groups[g];

		for (uint32_t i = 0; i < group->hook->n_selectors; i++) {
			const struct policy_selector *selector =
				&group->hook->selectors[i];
			uint8_t bit = group->marks[i].binary;

			if (bit != RULESET_NO_MARK &&
			    eval_starts_mark(selector, selector->binaries, &ret->process))
				ret->binary_marks |= 1ull << bit;
		}
	}
}

static void event_cgroup(const struct random_rules *rules, struct random_state *random,
			 struct random_event *ret)
{
	const struct ruleset_cgroup *group =
		&rules->cgroups[random_below(random, RANDOM_CGROUPS)];
	uint32_t n = group->level;

	memset(ret->cgroups, 0, sizeof(ret->cgroups));
	for (uint32_t i = 0; i < n; i++)
		ret->cgroups[i] = group->above[i];
	ret->cgroups[n++] = group->id;
	/* One that is new. */
	if (random_once(random, 4))
		ret->cgroups[n++] = random_next(random);
	ret->process.cgroups = ret->cgroups;
	ret->process.n_cgroups = n;
}

void random_event_make(const struct random_rules *rules, uint64_t seed,
		       struct random_event *ret)
{
	struct random_state random = { rules->seed * 0x100000001b3ull + seed };

	memset(&ret->process, 0, sizeof(ret->process));
	memset(ret->slots, 0, sizeof(ret->slots));
	event_process(rules, &random, ret);
	event_start_marks(rules, ret);
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		ret->slots[i].kind = rules->hook.slots[i].kind;
		if (ret->slots[i].kind)
			event_slot(rules, &random, &ret->slots[i], ret->texts[i]);
	}
	event_cgroup(rules, &random, ret);
}

/* The marks of one group's selectors, from the bits of the process. */
static void event_set_marks(const struct ruleset_group *group,
			    const struct random_event *event, struct eval_event *ret)
{
	for (uint32_t i = 0; i < group->hook->n_selectors; i++) {
		const struct ruleset_marks *marks = &group->marks[i];

		if (marks->pid != RULESET_NO_MARK)
			ret->pid_marks |= (event->pid_marks >> marks->pid & 1) << i;
		if (marks->binary != RULESET_NO_MARK)
			ret->binary_marks |= (event->binary_marks >> marks->binary & 1)
					     << i;
	}
}

/* No process has this number. */
static struct policy_pids pids_nobody = { .values = NULL, .n_values = 0 };

/* As an entry program takes the hook. */
static int judge_entry(const struct policy_hook *hook, const struct eval_event *event)
{
	struct policy_selector *selectors =
		calloc(hook->n_selectors + 1, sizeof(*selectors));
	struct policy_hook entry = *hook;
	int winner;

	if (!selectors)
		abort();
	memcpy(selectors, hook->selectors, hook->n_selectors * sizeof(*selectors));
	for (uint32_t i = 0; i < hook->n_selectors; i++) {
		if (selectors[i].n_return_args && !selectors[i].enforces) {
			selectors[i].pids = &pids_nobody;
			selectors[i].n_pids = 1;
		}
		selectors[i].n_return_args = 0;
	}
	entry.selectors = selectors;
	winner = eval_policy_hook(&entry, event);
	free(selectors);
	return winner;
}

void random_event_see(const struct random_rules *rules, const struct random_event *event,
		      uint32_t position, struct eval_arg (*args)[TETRA_MAX_SLOTS],
		      struct eval_event *ret)
{
	const struct ruleset_group *group = &rules->hook.groups[position];

	*ret = event->process;
	for (uint32_t i = 0; i < group->hook->n_args; i++)
		(*args)[i] = event->slots[group->slots.of_arg[i]];
	ret->args = *args;
	if (group->slots.of_return != RULESET_NO_SLOT)
		ret->return_value = event->slots[group->slots.of_return];
	event_set_marks(group, event, ret);
}

static bool group_is_for(const struct ruleset_group *group,
			 const struct eval_event *process)
{
	uint64_t ids[RANDOM_CGROUPS];

	if (!group->scope)
		return true;
	for (uint32_t i = 0; i < group->scope->n; i++)
		ids[i] = group->scope->groups[i].id;
	return eval_scope(ids, group->scope->n, process);
}

int random_event_judge(const struct random_rules *rules, const struct random_event *event,
		       uint32_t position, bool later)
{
	const struct ruleset_group *group = &rules->hook.groups[position];
	struct eval_arg args[TETRA_MAX_SLOTS];
	struct eval_event seen;

	if (group->disabled || !group_is_for(group, &event->process))
		return -1;
	random_event_see(rules, event, position, &args, &seen);
	return later ? judge_entry(group->hook, &seen)
		     : eval_policy_hook(group->hook, &seen);
}

static void describe_text(const char *text, size_t len, FILE *out)
{
	fprintf(out, "%zu:'", len);
	for (size_t i = 0; i < len; i++) {
		if (text[i] >= ' ' && text[i] <= '~')
			fputc(text[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)text[i]);
	}
	fputc('\'', out);
}

static void describe_address(const uint8_t *address, FILE *out)
{
	for (uint32_t i = 0; i < 16; i++)
		fprintf(out, "%02x", address[i]);
}

static void describe_values(const struct policy_value *values, uint32_t n, FILE *out)
{
	for (uint32_t i = 0; i < n; i++) {
		fputc(' ', out);
		if (values[i].text)
			describe_text(values[i].text, values[i].len, out);
		else if (values[i].addr_family)
			describe_address(values[i].addr, out);
		else
			fprintf(out, "%#" PRIx64 "..%#" PRIx64, values[i].min,
				values[i].max);
		if (values[i].addr_family)
			fprintf(out, "/%u (IPv%u)", values[i].addr_bits,
				values[i].addr_family);
	}
	fputc('\n', out);
}

static void describe_process_filters(const struct policy_selector *selector, FILE *out)
{
	for (uint32_t i = 0; i < selector->n_pids; i++) {
		const struct policy_pids *pids = &selector->pids[i];

		fprintf(out, "    pids%s%s%s:", pids->negated ? " not" : "",
			pids->follow_forks ? " follow" : "",
			pids->namespace_pid ? " ns" : "");
		describe_values(pids->values, pids->n_values, out);
	}
	for (uint32_t i = 0; i < selector->n_binaries; i++) {
		fprintf(out,
			"    binaries %s%s:", operator_name(selector->binaries[i].op),
			selector->binaries[i].follow_children ? " follow" : "");
		describe_values(selector->binaries[i].values,
				selector->binaries[i].n_values, out);
	}
	for (uint32_t i = 0; i < selector->n_namespaces; i++) {
		const struct policy_namespace *namespace = &selector->namespaces[i];

		fprintf(out, "    namespace %u%s%s:", namespace->ns,
			namespace->negated ? " not" : "",
			namespace->host_ns ? " host" : "");
		describe_values(namespace->values, namespace->n_values, out);
	}
	for (uint32_t i = 0; i < selector->n_capabilities; i++)
		fprintf(out, "    capabilities %u%s%s: %#" PRIx64 "\n",
			selector->capabilities[i].set,
			selector->capabilities[i].negated ? " not" : "",
			selector->capabilities[i].is_namespace_capability ? " ns" : "",
			selector->capabilities[i].mask);
}

void random_rules_describe(const struct random_rules *rules, uint32_t position, FILE *out)
{
	const struct ruleset_group *group = &rules->hook.groups[position];

	fprintf(out, "seed %" PRIu64 ", group %u of %u, %u selectors\n", rules->seed,
		position, rules->hook.n_groups, group->hook->n_selectors);
	for (uint32_t i = 0; group->scope && i < group->scope->n; i++)
		fprintf(out, "  scope %#" PRIx64 " on level %u\n",
			group->scope->groups[i].id, group->scope->groups[i].level);
	for (uint32_t i = 0; i < group->hook->n_selectors; i++) {
		const struct policy_selector *selector = &group->hook->selectors[i];

		fprintf(out, "  selector %u, marks %u %u\n", i, group->marks[i].pid,
			group->marks[i].binary);
		describe_process_filters(selector, out);
		for (uint32_t k = 0; k < selector->n_args + selector->n_return_args;
		     k++) {
			const struct policy_filter *filter =
				k < selector->n_args
					? &selector->args[k]
					: &selector->return_args[k - selector->n_args];

			fprintf(out, "    slot %d %s:",
				filter->arg == POLICY_ARG_RETURN
					? group->slots.of_return
					: group->slots.of_arg[filter->arg],
				operator_name(filter->op));
			describe_values(filter->values, filter->n_values, out);
		}
	}
}

static void describe_slot(const struct eval_arg *arg, FILE *out)
{
	fprintf(out, "%s state %u type %u (state %u)%s%s number %#" PRIx64 " text ",
		kind_row(arg->kind)->name, arg->state, arg->file_type, arg->type_state,
		arg->endless ? " endless" : "", arg->foreign ? " foreign" : "",
		arg->number);
	describe_text(arg->text ? arg->text : "", arg->len, out);
	fprintf(out, " sock family %u protocol %u ports %u %u addresses ",
		arg->sock.family, arg->sock.protocol, arg->sock.sport, arg->sock.dport);
	describe_address(arg->sock.saddr, out);
	fputc(' ', out);
	describe_address(arg->sock.daddr, out);
	fputc('\n', out);
}

void random_event_describe(const struct random_rules *rules,
			   const struct random_event *event, FILE *out)
{
	const struct eval_event *process = &event->process;

	fprintf(out,
		"event: tgid %u ns %u user_ns %" PRIu64 " (host %" PRIu64
		") marks %#" PRIx64 " %#" PRIx64 " caps %#" PRIx64 " %#" PRIx64
		" %#" PRIx64 " exe state %u%s%s%s ",
		process->tgid, process->ns_tgid, process->user_ns, process->host_user_ns,
		event->pid_marks, event->binary_marks, process->caps[0], process->caps[1],
		process->caps[2], process->exe_state,
		process->exe_foreign ? " foreign" : "",
		process->marks_unknown ? " marks unknown" : "",
		process->names_unknown ? " names unknown" : "");
	describe_text(event->exe, process->exe_len, out);
	fprintf(out, "\n  namespaces (host):");
	for (uint32_t i = 0; i < TETRA_NS_END; i++)
		fprintf(out, " %" PRIu64 " (%" PRIu64 ")", process->namespaces[i],
			process->host_namespaces[i]);
	fprintf(out, "\n  control groups:");
	for (uint32_t i = 0; i < process->n_cgroups; i++)
		fprintf(out, " %#" PRIx64, process->cgroups[i]);
	fputc('\n', out);
	for (uint32_t i = 0; i < TETRA_MAX_SLOTS; i++) {
		if (!event->slots[i].kind)
			continue;
		fprintf(out, "  slot %u: ", i);
		describe_slot(&event->slots[i], out);
	}
}
