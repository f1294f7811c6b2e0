//! Async neighbours: futures that greenlets wait for, and greenlets that async code awaits.
//!
//! | from | to | by |
//! |---|---|---|
//! | a greenlet or an OS thread | what a future yields | [`block_on()`] |
//! | anywhere | a future that runs by itself, without an executor | [`spawn_on_greenlet`], [`spawn_local_on_greenlet`] |
//! | async code, on whichever executor | what a greenlet returns | `greenlet.await`: a [`Greenlet`](crate::Greenlet) is a `Future` |
//! | | the same, and the greenlet ends with whoever awaits it | [`kill_on_drop()`] |
//! | futures that look for their runtime in a thread-local (tokio's) | a greenlet | [`within()`] |
//!
//! Futures need no executor here: [`block_on()`] polls one in the calling greenlet and parks that while there is nothing to poll for.
//! What drives its I/O and timers is whatever it was made with.
//!
//! ```
//! use std::time::Duration;
//! use futures::future::{join_all, select, Either};
//! use vervet::future::{block_on, spawn_on_greenlet};
//!
//! let (mut sender, receiver) = futures::channel::mpsc::channel(4);
//! let sum = spawn_on_greenlet(futures::StreamExt::fold(receiver, 0, async |sum, n: u32| sum + n));
//! // A greenlet that waits for futures beside one that is a future.
//! let feeder = vervet::spawn(move || {
//!     for n in 1..=10 {
//!         block_on(futures::SinkExt::send(&mut sender, n)).unwrap();
//!     }
//! });
//! let (sum, fed) = block_on(async { (sum.await, feeder.await) });
//! assert_eq!((sum.unwrap(), fed.unwrap()), (55, ()));
//!
//! // Each blocking call is an async one, in a greenlet of its own.
//! let naps = (1..=3).map(|n| vervet::spawn(move || {
//!     vervet::sleep(Duration::from_millis(n));
//!     n
//! }));
//! let naps: Vec<u64> = block_on(join_all(naps)).into_iter().map(Result::unwrap).collect();
//! assert_eq!(naps, [1, 2, 3]);
//!
//! let slow = vervet::future::kill_on_drop(vervet::spawn(|| vervet::sleep(Duration::MAX)));
//! let fast = vervet::spawn(|| "first");
//! match block_on(select(slow, fast)) {
//!     Either::Right((word, _slow_is_killed_here)) => assert_eq!(word.unwrap(), "first"),
//!     Either::Left(_) => unreachable!(),
//! }
//! ```
//!
//! # What belongs where
//! * In a greenlet: calls of this crate, and [`block_on()`] for the one thing that exists only as a future. A stream is an iterator by
//!   `std::iter::from_fn(|| block_on(stream.next()))`.
//! * In a future: `.await`. To wait there for something of this crate, await a greenlet that does: `spawn(|| lock.lock()..).await`.
//! * On the executor (tokio's worker threads): futures only. A blocking call of this crate blocks that OS thread there, as one of
//!   std's would.
//!
//! # tokio
//! tokio's sockets, timers and tasks look for their runtime in a thread-local. `handle.enter()` puts it there, and its guard
//! must not live while the greenlet waits: the other greenlets of the worker would find it, too, and tokio panics when guards go in
//! another order than they came. [`within()`] enters for the length of each poll. What needs no runtime around it is awaited as it
//! is: `JoinHandle`s, tokio's channels, and locks.
//!
//! ```
//! use std::time::Duration;
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! use vervet::future::{block_on, within};
//!
//! let tokio = tokio::runtime::Runtime::new()?;
//! let handle = tokio.handle().clone();
//! let in_tokio = move |poll: &mut dyn FnMut()| {
//!     let _guard = handle.enter();
//!     poll();
//! };
//!
//! let greenlet = vervet::spawn({
//!     let handle = tokio.handle().clone();
//!     move || {
//!         // Made inside the future, where the runtime is to be found.
//!         let echoed = block_on(within(in_tokio, async {
//!             tokio::time::sleep(Duration::from_millis(1)).await;
//!             let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
//!             let mut client = tokio::net::TcpStream::connect(listener.local_addr()?).await?;
//!             let (mut server, _) = listener.accept().await?;
//!             client.write_all(b"green").await?;
//!             let mut word = [0; 5];
//!             server.read_exact(&mut word).await?;
//!             std::io::Result::Ok(word)
//!         }));
//!         // Spawned through a handle and awaited: no thread-local is asked.
//!         let task = handle.spawn(async { 6 * 7 });
//!         (echoed, block_on(task).unwrap())
//!     }
//! });
//! let (echoed, answer) = greenlet.join().unwrap();
//! assert_eq!((&echoed?, answer), (b"green", 42));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Traps
//! * Executors' own `block_on` (tokio's, `futures::executor`'s) block the worker with all its greenlets; so does dropping a tokio
//!   `Runtime`. Use the one here; drop runtimes on OS threads, or by `shutdown_background`.
//! * A poll may call what blocks: it parks its greenlet, and no executor is held up. But whatever is polled by the same `block_on`
//!   (the other half of a `join`) waits with it; and inside of [`within()`] it must not.
//! * Dropping a [`Greenlet`](crate::Greenlet) detaches it: what loses a `select`, an `abortable` or a tokio `timeout` goes on. [`kill_on_drop()`]
//!   is for those who expect the contrary.
//! * A kill or a [`timeout`](crate::timeout()) drops the future in the middle, as async code is used to. To keep it, lend it:
//!   `block_on(&mut future)`.
//! * A future that is not `Send` stays in its greenlet: make it there, or use [`spawn_local_on_greenlet`].
//!
//! # For those who come from tokio or asyncio
//!
//! | tokio | asyncio | here |
//! |---|---|---|
//! | `#[tokio::main]`, `Runtime::block_on` | `asyncio.run` | [`run`](crate::run), then plain calls, or [`block_on()`] |
//! | `tokio::spawn` | `create_task` | [`spawn`](crate::spawn) for a closure, [`spawn_on_greenlet`] for a future |
//! | `spawn_local` | | [`spawn_local`](crate::spawn_local), [`spawn_local_on_greenlet`] |
//! | `JoinHandle::abort` | `task.cancel` | [`kill`](crate::Greenlet::kill), which no task can refuse |
//! | `join!`, `join_all` | `gather(.., return_exceptions=True)` | [`join_all`](crate::join_all) |
//! | `try_join!`, and the others aborted | `TaskGroup` | [`try_join_all`](crate::try_join_all) |
//! | `select!` | `wait(.., FIRST_COMPLETED)` | [`select!`](crate::select!), [`as_completed`](crate::as_completed) |
//! | `time::timeout` | `wait_for`, `timeout` | [`timeout`](crate::timeout()) |
//! | `time::sleep` | `sleep` | [`sleep`](crate::sleep) |
//! | `spawn_blocking` | `to_thread` | [`offload`](crate::offload) |
//! | | `shield` | [`shield`](crate::shield) for a piece of code; for a task: a greenlet, which goes on when nobody awaits it any more |
//! | `task::yield_now` | `sleep(0)` | [`yield_now`](crate::yield_now) |

// Uses `greenlet` and `wait`.

mod block_on;
mod kill_on_drop;
mod spawn;
mod within;

pub use self::block_on::block_on;
pub use self::kill_on_drop::{KillOnDrop, kill_on_drop};
pub use self::spawn::{spawn_local_on_greenlet, spawn_on_greenlet};
pub use self::within::{Within, within};
