/* SPDX-License-Identifier: GPL-3.0-or-later */
/* llhttp where the system has only its sources: compiled where they lie. */
#include <llhttp/api.c>
