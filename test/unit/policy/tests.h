/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef TEST_POLICY_TESTS_H
#define TEST_POLICY_TESTS_H

/* In steer.c. */
void	steer_several(void **state);
void	steer_dual(void **state);
void	steer_exact(void **state);
void	steer_live(void **state);
void	steer_reuseport(void **state);
void	steer_dodge(void **state);
void	steer_dodge_twice(void **state);
void	steer_shared(void **state);
void	steer_attached(void **state);
void	replaced(void **state);
void	layout_refused(void **state);

/* In lsm.c. */
void	lsm_abstract(void **state);
void	lsm_processes(void **state);

#endif
