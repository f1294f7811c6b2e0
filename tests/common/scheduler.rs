//! Lets `VERVET_SCHEDULER=may` send the greenlets of a whole test binary to may.

/// Called by the loader before `main`, so that no test has to think of it.
#[cfg(feature = "may")]
#[used]
// SAFETY: the section holds pointers to functions that the loader calls once, with arguments this one does not take.
#[unsafe(link_section = ".init_array")]
static ALLOW_MAY: extern "C" fn() = {
    extern "C" fn allow_may() {
        // SAFETY: a test that keeps what belongs to a thread across a wait is left out of the runs on may (ci/schedulers.sh).
        let _builder = unsafe { vervet::runtime::Builder::allow_may() };
    }
    allow_may
};
