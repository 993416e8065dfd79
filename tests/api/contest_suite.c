/* contest_suite.c - being written. */
#include "world.h"
int main(void)
{
    return 0;
}
