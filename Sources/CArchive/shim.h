// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <archive.h>
#include <archive_entry.h>
