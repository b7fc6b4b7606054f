/* SPDX-License-Identifier: MIT */
#ifndef KETTLE_H
#define KETTLE_H

struct pot {
	raw_spinlock_t lock;
	int level;
};

extern raw_spinlock_t pot_lock;

bool pot_is_whole(const struct pot *p);
int tcf_classify(void);
void kettle_boil(void);
void kettle_cool(void);
void kettle_fill(int litres);
int kettle_look(void);
void kettle_reheat(int n);
void kettle_serve(void);
void kettle_simmer(void);
void lid_lift(int always);
void lid_close(struct pot *p);
void pot_boil(struct pot *p);

#endif
