// SPDX-License-Identifier: BSD-2-Clause
/*
 * Theory of operation.  A slot is two words, each with the low half of the
 * cgroup's id that it is about.  Programs read while we write, but a word at
 * once, and believe only one that bears their own id.  So a slot may change
 * hands at any time, and who has lost it asks the map "prisons".
 */
#include "quick.h"

#include <sys/mman.h>

#include <stddef.h>
#include <unistd.h>

struct slot {
	char			*sl_page;
	size_t			 sl_size;
	struct police_quick	*sl_words;
};

static int
slot_map(struct slot *sl, int mapfd, uint64_t cgid)
{
	size_t at = cgid % POLICE_QUICK * sizeof(struct police_quick);

	sl->sl_size = (size_t)sysconf(_SC_PAGESIZE);
	sl->sl_page = mmap(NULL, sl->sl_size, PROT_READ | PROT_WRITE,
	    MAP_SHARED, mapfd, (off_t)(at - at % sl->sl_size));
	if (sl->sl_page == MAP_FAILED)
		return (-1);
	sl->sl_words = (void *)(sl->sl_page + at % sl->sl_size);
	return (0);
}

static void
store(__u64 *word, uint64_t value)
{
	__atomic_store_n(word, value, __ATOMIC_SEQ_CST);
}

int
quick_set(int mapfd, uint64_t cgid, const struct police_row *row)
{
	uint64_t id = cgid << 32;
	struct slot sl;

	if (slot_map(&sl, mapfd, cgid) == -1)
		return (-1);
	store(&sl.sl_words->pq_modes, 0);
	store(&sl.sl_words->pq_addr, 0);
	store(&sl.sl_words->pq_addr, id | row->pr_primary4.pa_w[3]);
	store(&sl.sl_words->pq_modes, id | POLICE_MODES(row));
	return (munmap(sl.sl_page, sl.sl_size));
}

int
quick_clear(int mapfd, uint64_t cgid)
{
	uint64_t id = cgid << 32 >> 32;
	struct slot sl;

	if (slot_map(&sl, mapfd, cgid) == -1)
		return (-1);
	if (sl.sl_words->pq_modes >> 32 == id)
		store(&sl.sl_words->pq_modes, 0);
	if (sl.sl_words->pq_addr >> 32 == id)
		store(&sl.sl_words->pq_addr, 0);
	return (munmap(sl.sl_page, sl.sl_size));
}
