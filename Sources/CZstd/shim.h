// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <zstd.h>
#include <zstd_errors.h>
