/* SPDX-License-Identifier: MIT */
/*
 * The search trees of elfutils 0.192, for the program that is linked statically.
 *
 * That release moved six functions to a library of its own and put it into none of the archives
 * that it installs: whatever is linked with its libelf.a or libdw.a lacks them. Release 0.193 has
 * them in libelf.a again (elfutils, lib/eu-search.c). CMakeLists.txt takes this file only where the
 * archives lack them. The lock that follows the root in elfutils' struct is left alone: one thread
 * uses these libraries.
 */
#include <search.h>
#include <stddef.h>

struct search_tree {
	void *root;
};

typedef int key_compare(const void *, const void *);

void *eu_tsearch(const void *key, struct search_tree *tree, key_compare *compare);
void *eu_tfind(const void *key, struct search_tree *tree, key_compare *compare);
void *eu_tdelete(const void *key, struct search_tree *tree, key_compare *compare);
void eu_tdestroy(struct search_tree *tree, void (*node_free)(void *));
void eu_search_tree_init(struct search_tree *tree);
void eu_search_tree_fini(struct search_tree *tree, void (*node_free)(void *));

void *eu_tsearch(const void *key, struct search_tree *tree, key_compare *compare)
{
	return tsearch(key, &tree->root, compare);
}

void *eu_tfind(const void *key, struct search_tree *tree, key_compare *compare)
{
	return tfind(key, &tree->root, compare);
}

void *eu_tdelete(const void *key, struct search_tree *tree, key_compare *compare)
{
	return tdelete(key, &tree->root, compare);
}

void eu_tdestroy(struct search_tree *tree, void (*node_free)(void *))
{
	tdestroy(tree->root, node_free);
	tree->root = NULL;
}

void eu_search_tree_init(struct search_tree *tree)
{
	tree->root = NULL;
}

void eu_search_tree_fini(struct search_tree *tree, void (*node_free)(void *))
{
	eu_tdestroy(tree, node_free);
}
