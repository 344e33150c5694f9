// SPDX-License-Identifier: MIT
#include <linux/module.h>

#include "base.h"

int base_extra(void);

int base_extra(void)
{
	return base_answer() + BASE_EXTRA;
}
EXPORT_SYMBOL_NS_GPL(base_extra, BASE);
