//! An engine that calls handlers for events: those that are posted, those that time brings, and those of fds.
//!
//! Who knows vn.py's `EventEngine`, node's `EventEmitter`, or the loops of Qt, GLib, libuv and Redis finds the same here, with one
//! difference: a handler may block. Each event is handled in a greenlet, so a handler that waits for a socket, a lock or a
//! sleep holds up nobody but those events that are to come after its own.
//!
//! ```
//! use std::time::Duration;
//! use vervet::event_engine::{EventEngine, Order};
//!
//! // Prices of a symbol in their order, different symbols beside each other.
//! let engine = EventEngine::with_order(Order::PerKey);
//! engine.register("BTC", |price: &f64| {
//!     vervet::sleep(Duration::from_millis(1)); // asks somebody, for instance
//!     println!("BTC at {price}");
//! });
//! engine.register_all(|symbol, price| println!("{symbol}: {price}"));
//!
//! engine.post("BTC", 64_000.0).unwrap();
//! engine.post("ETH", 3_000.0).unwrap();
//! engine.close();
//! engine.run();
//! assert_eq!(engine.handled(), 2);
//! ```
//!
//! # The calls
//!
//! | for | call |
//! |---|---|
//! | handlers of a key, or of all | [`register`], [`register_all`], [`once`] |
//! | the end of that | [`unregister`], [`unregister_all`] |
//! | events from any greenlet or thread | [`post`], [`try_post`] |
//! | time | [`after`], [`every`]; [`cancel`] |
//! | fds: sockets, pipes, listeners | [`on_readable`], [`on_writable`]; [`cancel`] |
//! | having them handled | [`run`], [`run_once`] |
//! | the end | [`stop`] drops what waits, [`close`] has it handled still |
//!
//! All but `run` and `run_once` are calls of the [`EngineHandle`], to which the engine dereferences. Handles are cloned, and passed to
//! handlers, greenlets and threads; they do not keep the engine alive.
//!
//! # The order
//!
//! | [`Order`] | beside each other | one after the other, as posted |
//! |---|---|---|
//! | [`Unordered`](Order::Unordered), the default | all events | |
//! | [`PerKey`](Order::PerKey) | those with different keys | those with the same key |
//! | [`Serial`](Order::Serial) | | all |
//!
//! "As posted" means: whoever posts two events, or sees that somebody has posted one before he posts another, has them handled in
//! that order; and the next one is begun when the last handler of the one before has returned. Within one event handlers
//! are always called one after the other, those of the key first, as they were registered. With `PerKey`, a key that has events has a
//! greenlet until it has none; another event for it is put beside the others, and wakes nobody. `Unordered` starts a greenlet
//! for each event: [`max_running`](Builder::max_running) bounds how many there are, and [`capacity`](Builder::capacity) how many events wait.
//!
//! # Handlers that come, go, and fail
//!
//! * A handler that is registered is for events whose turn comes after that; not for the one that is being handled.
//! * A handler that is unregistered is not called from then on, also not with the event that is being handled. A call that has begun goes on.
//! * A panic ends that one call. It is logged, counted, told to [`on_panic`](Builder::on_panic), and the next handler is called.
//! * A handler that kills its own greenlet ends the handling of that one event.
//!
//! # The end
//!
//! After [`stop`] or [`close`] a post fails and hands its event back. Dropping the [`EventEngine`] stops it, and kills the handlers that
//! run. Timers and watches end, fds are closed, and handlers are dropped; all of that without waiting for anybody.
//!
//! # Beside other engines
//!
//! | there | here |
//! |---|---|
//! | vn.py: `EventEngine`, `register`, `register_general`, `put`, its timer | [`Order::Serial`], [`register`], [`register_all`], [`post`], [`every`] |
//! | node: `on`, `once`, `off`, `emit` | [`register`], [`once`], [`unregister`]; [`post`] returns before anybody is called |
//! | node: `setTimeout`, `setInterval`, `setImmediate` | [`after`], [`every`], [`after`] zero |
//! | Qt, GLib: queued signals, `QTimer`, `GSource`, `exec` | [`post`], [`every`], [`on_readable`], [`run`] |
//! | calloop, libuv: `dispatch`, `uv_run(ONCE)`, `LoopSignal::stop` | [`run_once`], [`stop`] |
//! | Redis' ae: `aeCreateFileEvent`, `aeCreateTimeEvent`, `aeMain` | [`on_readable`], [`on_writable`], [`every`], [`run`] |
//!
//! For a few things to wait for, and no handlers, [`select!`](crate::select!) is less to write.
//!
//! [`register`]: EngineHandle::register
//! [`register_all`]: EngineHandle::register_all
//! [`once`]: EngineHandle::once
//! [`unregister`]: EngineHandle::unregister
//! [`unregister_all`]: EngineHandle::unregister_all
//! [`post`]: EngineHandle::post
//! [`try_post`]: EngineHandle::try_post
//! [`after`]: EngineHandle::after
//! [`every`]: EngineHandle::every
//! [`on_readable`]: EngineHandle::on_readable
//! [`on_writable`]: EngineHandle::on_writable
//! [`cancel`]: EventSource::cancel
//! [`run`]: EventEngine::run
//! [`run_once`]: EventEngine::run_once
//! [`stop`]: EngineHandle::stop
//! [`close`]: EngineHandle::close

// Uses `queue`, `pool`, `select`, `sync`, `greenlet` and `wait`.

mod engine;
mod error;
mod handle;
mod handlers;
mod lanes;
mod shared;
mod source;

pub use self::engine::{Builder, EventEngine};
pub use self::error::{PostError, TryPostError};
pub use self::handle::EngineHandle;
pub use self::handlers::HandlerId;
pub use self::lanes::Order;
pub use self::source::{EventSource, Tick};
