/* SPDX-License-Identifier: MIT */
/* Names of source languages. Layer: symbol. Context: tool. */
#ifndef UNCLOSED_SYMBOL_LANGUAGE_H
#define UNCLOSED_SYMBOL_LANGUAGE_H

/* "c", "c++", "rust", … for a DW_LANG_* number; NULL for one not known. */
const char *language_name(int dw_lang);

#endif
