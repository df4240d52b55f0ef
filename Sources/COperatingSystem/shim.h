#ifdef __linux__
#include <sys/prctl.h>

// prctl is variadic, and Swift cannot import variadic functions. Returns 0 on success.
static inline int plangate_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }
#endif
