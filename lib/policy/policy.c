/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text in, model out. Two arenas: the document's belongs to the caller, the model's to the
 * policy.
 */
#include "lib/policy/build.h"

/* Bytes of text that a policy keeps, for findings of later stages. */
#define KEPT_TEXT_BYTES (64u << 10)

/* Tells texts apart that are not kept. It need not be secret: who gives a text can give any. */
static struct tetra_hash text_hash(const char *text, size_t len)
{
	static const struct tetra_seed seed = { { 0x9e3779b97f4a7c15, 0xc2b2ae3d27d4eb4f,
						  0x165667b19e3779f9,
						  0x27d4eb2f165667c5 } };
	struct tetra_hash hash;

	hash_begin(&seed, &hash);
	for (size_t i = 0; i < len; i += sizeof(uint64_t)) {
		uint64_t word = 0;

		memcpy(&word, text + i, MIN(len - i, sizeof(word)));
		hash_word(&seed, &hash, word);
	}
	hash_end(&seed, &hash, len);
	return hash;
}

bool policy_is_same_text(const struct tetra_policy *a, const struct tetra_policy *b)
{
	return a->text_len == b->text_len && a->text_hash.h[0] == b->text_hash.h[0] &&
	       a->text_hash.h[1] == b->text_hash.h[1] &&
	       (!a->text || memcmp(a->text, b->text, a->text_len) == 0);
}

int policy_new(struct tetra_policy **ret, const char *file, const char *text, size_t len)
{
	_cleanup_(arena_freep) struct arena *arena = NULL;
	struct tetra_policy *policy;
	int r;

	r = arena_new(&arena);
	if (r < 0)
		return r;
	policy = arena_alloc(arena, sizeof(*policy));
	if (!policy)
		return -ENOMEM;
	policy->n_refs = 1;
	policy->file = arena_text(arena, file, strlen(file));
	policy->text_len = len;
	policy->text_hash = text_hash(text, len);
	if (len <= KEPT_TEXT_BYTES)
		policy->text = arena_text(arena, text, len);
	if (!policy->file || (len <= KEPT_TEXT_BYTES && !policy->text))
		return -ENOMEM;
	policy->arena = TAKE_PTR(arena);
	*ret = policy;
	return 0;
}

int policy_build(struct build *build, struct arena *scratch, struct doc_policy *doc,
		 const char *text, size_t len)
{
	struct node *root;
	int r;

	r = yaml_parse(&root, scratch, text, len, build->report);
	if (r < 0)
		return r;
	if (root->type != NODE_MAPPING)
		return report_error(build->report, root, "wrong-type", NULL,
				    "a policy is a mapping of keys to values");
	if (envelope_is_foreign(build->report, root))
		return -EINVAL;
	r = schema_bind(build->report, scratch, &language_policy, root, doc);
	if (r < 0)
		return r;
	build->doc = doc;
	r = envelope_build(build);
	if (r < 0 || !doc->spec)
		return r;
	groups_check(build);
	return hooks_build(build);
}

struct tetra_policy *tetra_policy_ref(struct tetra_policy *policy)
{
	if (policy)
		__atomic_fetch_add(&policy->n_refs, 1, __ATOMIC_RELAXED);
	return policy;
}

struct tetra_policy *tetra_policy_unref(struct tetra_policy *policy)
{
	if (policy && __atomic_sub_fetch(&policy->n_refs, 1, __ATOMIC_ACQ_REL) == 0)
		arena_free(policy->arena);
	return NULL;
}

const char *tetra_policy_get_name(const struct tetra_policy *policy)
{
	return policy ? policy->name : NULL;
}

uint32_t tetra_policy_get_mode(const struct tetra_policy *policy)
{
	return policy ? policy->mode : TETRA_MODE_DEFAULT;
}

int tetra_policy_enforces(const struct tetra_policy *policy)
{
	return policy ? policy->enforces : 0;
}

unsigned int tetra_policy_count_hooks(const struct tetra_policy *policy)
{
	return policy ? policy->n_hooks : 0;
}
