#include "../asm.S"
