// C declarations that Swift cannot import by itself, as typed functions.
#pragma once
#include <openssl/evp.h>
#include <openssl/sha.h>
