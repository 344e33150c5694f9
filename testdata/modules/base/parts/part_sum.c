// SPDX-License-Identifier: MIT
#include "base.h"

int part_sum(int a, int b)
{
	return a + b + FROM_PARENT - FROM_PARENT + FROM_HERE - FROM_HERE;
}
