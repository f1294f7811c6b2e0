//! Signals as something to wait for: Ctrl-C, `kill`, a terminal that changes its size.
//!
//! A handler of the operating system may do next to nothing. So here it only notes the signal, and a greenlet (or an OS
//! thread) that waits for it does the work: [`on`](on()) runs a closure for each, [`wait`](wait()), [`wait_timeout`] and
//! [`shutdown_signal`] wait for one, and a [`Signals`] waits for one after the other, alone or in a `select!`.
//!
//! # What to know about signals
//! * **They coalesce.** A signal that arrives again before it was received counts once, as the kernel itself has it. Two waits
//!   for the same signal, on the other hand, each get it: it is not divided between them.
//! * **Only those count that arrive while somebody listens**: from the return of [`Signals::new`] or [`on`](on()), from the
//!   beginning of [`wait`](wait()). Who must not miss any keeps a [`Signals`] from early on.
//! * **Nothing is taken back.** From the first time somebody here listens for a signal, its standard effect (for most, the end
//!   of the process) is gone until the process ends, also after nobody listens any more: then it is ignored.
//!   [`Signal::act_by_default`] does what the signal would have done.
//! * **Handlers of others are kept**: one that was there before, and those that `signal-hook` has for other parts of the
//!   program, run too. vervet listens for no signal by itself: `SIGCHLD`, above all, is as the program made it.
//! * **Five cannot be had**: `SIGKILL`, `SIGSTOP`, and `SIGSEGV`, `SIGFPE` and `SIGILL`, which tell of faults in the code that is
//!   running. Asking for them is an `InvalidInput`.
//! * A child process starts with the standard effects.
//!
//! # Examples
//! A server that ends on Ctrl-C:
//!
//! ```
//! use std::time::Duration;
//! use vervet::signal::{self, SIGTERM};
//!
//! # fn main() -> std::io::Result<()> {
//! let server = vervet::spawn(|| vervet::sleep(Duration::MAX));
//! # let listening = signal::Signals::new(&[SIGTERM])?;
//! # SIGTERM.raise()?;
//! # let _ = listening.recv()?;
//! # let impatient = vervet::spawn(|| loop { let _ = SIGTERM.raise(); vervet::sleep(Duration::from_millis(10)) });
//! let signal = signal::shutdown_signal()?;
//! # impatient.kill();
//! println!("{signal}: shutting down");
//! server.kill();
//! server.wait(Some(Duration::from_secs(10)));
//! # Ok(())
//! # }
//! ```

// Uses `wait`, `greenlet` and signal-hook.

mod inbox;
mod kind;
mod on;
mod signals;

pub use kind::*;
pub use on::{Handle, on};
pub use signals::{Iter, Recv, Signals, shutdown_signal, wait, wait_timeout};
