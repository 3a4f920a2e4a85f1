/* SPDX-License-Identifier: MIT */
/*
 * Layer: ledger. Context: target and tool.
 */
#ifndef UNCLOSED_LEDGER_SPARE_NAME_H
#define UNCLOSED_LEDGER_SPARE_NAME_H

/* Behind the name of a ledger: the file that a program gets which would cut the ledger. */
#define LEDGER_SPARE ".spare"

#endif
