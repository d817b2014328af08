// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <libpq-fe.h>
