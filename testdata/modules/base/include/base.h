/* SPDX-License-Identifier: MIT */
#ifndef BASE_H
#define BASE_H

int base_square(unsigned int n);
int base_answer(void);
int base_entry(void);
int part_sum(int a, int b);

extern const char base_table[];

#endif
