//! tokio beside greenlets: its tasks, channels, timers and sockets, from both sides.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Handle, Runtime};
use tokio::sync::{Notify, Semaphore, mpsc, oneshot};
use vervet::future::{block_on, kill_on_drop, spawn_on_greenlet, within};

use crate::common::*;

const SHORT: Duration = Duration::from_millis(2);

/// A runtime, whose threads and fds are gone afterwards.
fn with_tokio(test: impl FnOnce(&Runtime)) {
    checked(|| {
        let tokio = Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        test(&tokio);
        drop(tokio);
    });
}

/// To be given to `within`.
fn inside(tokio: &Handle) -> impl FnMut(&mut dyn FnMut()) + Clone + Send + use<> {
    let tokio = tokio.clone();
    move |poll| {
        let _guard = tokio.enter();
        poll();
    }
}

#[test]
fn timers() {
    with_tokio(|tokio| {
        let begun = Instant::now();
        let sleepers = (0..100).map(|_| {
            spawn_on_greenlet(within(inside(tokio.handle()), async {
                tokio::time::sleep(SHORT).await;
                let late = tokio::time::timeout(SHORT, std::future::pending::<()>()).await;
                assert!(late.is_err());
                Instant::now()
            }))
        });
        for sleeper in vervet::join_all(sleepers) {
            assert!(sleeper.unwrap() - begun >= 2 * SHORT);
        }
    });
}

#[test]
fn its_context_is_not_left_behind() {
    with_tokio(|tokio| {
        let around = inside(tokio.handle());
        vervet::run(move || {
            let (sender, receiver) = oneshot::channel::<()>();
            let waiter = spawn_on_greenlet(within(around, async move {
                tokio::time::sleep(SHORT).await;
                receiver.await.unwrap();
                Handle::current().metrics().num_workers()
            }));
            parked(&waiter.handle(), "signal");
            assert!(Handle::try_current().is_err());
            let neighbours =
                vervet::join_all((0..100).map(|_| vervet::spawn(|| Handle::try_current().is_err())));
            assert!(neighbours.into_iter().all(Result::unwrap));
            sender.send(()).unwrap();
            assert_eq!(waiter.join().unwrap(), 2);
            assert!(Handle::try_current().is_err());
        });
    });
}

/// Two runtimes, interleaved on the same workers.
#[test]
fn two_runtimes_beside_each_other() {
    with_tokio(|two| {
        let three = Builder::new_multi_thread().worker_threads(3).enable_all().build().unwrap();
        let greenlets = (0..100).map(|n| {
            let (runtime, workers) = if n % 2 == 0 { (two, 2) } else { (&three, 3) };
            spawn_on_greenlet(within(inside(runtime.handle()), async move {
                for _ in 0..5 {
                    assert_eq!(Handle::current().metrics().num_workers(), workers);
                    tokio::time::sleep(Duration::from_micros(100)).await;
                }
            }))
        });
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
    });
}

async fn echo(mut stream: TcpStream) -> io::Result<()> {
    let mut buffer = [0; 64];
    loop {
        match stream.read(&mut buffer).await? {
            0 => return Ok(()),
            n => stream.write_all(&buffer[..n]).await?,
        }
    }
}

async fn ask(addr: std::net::SocketAddr, word: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect(addr).await?;
    let mut answer = vec![0; word.len()];
    for _ in 0..10 {
        stream.write_all(word).await?;
        stream.read_exact(&mut answer).await?;
    }
    Ok(answer)
}

#[test]
fn greenlets_are_clients_of_a_tokio_server() {
    with_tokio(|tokio| {
        let listener = tokio.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let addr = listener.local_addr().unwrap();
        let server = tokio.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(echo(stream));
            }
        });
        let clients = (0..50).map(|n| {
            let word = format!("green {n}").into_bytes();
            let around = inside(tokio.handle());
            vervet::spawn(move || {
                // Half of them by tokio's sockets, half by ours.
                if n % 2 == 0 {
                    assert_eq!(block_on(within(around, ask(addr, &word))).unwrap(), word);
                } else {
                    use std::io::{Read, Write};
                    let mut stream = vervet::net::TcpStream::connect(addr).unwrap();
                    stream.write_all(&word).unwrap();
                    let mut answer = vec![0; word.len()];
                    stream.read_exact(&mut answer).unwrap();
                    assert_eq!(answer, word);
                }
            })
        });
        vervet::join_all(clients).into_iter().for_each(Result::unwrap);
        server.abort();
        assert!(block_on(server).unwrap_err().is_cancelled());
    });
}

#[test]
fn tasks_are_clients_of_a_server_of_greenlets() {
    with_tokio(|tokio| {
        let (told, addr) = oneshot::channel();
        let around = inside(tokio.handle());
        // Accepts by tokio's listener, and has a greenlet for each connection.
        let server = vervet::spawn(move || {
            let listener = block_on(within(around.clone(), TcpListener::bind("127.0.0.1:0"))).unwrap();
            told.send(listener.local_addr().unwrap()).unwrap();
            loop {
                let (stream, _) = block_on(within(around.clone(), listener.accept())).unwrap();
                spawn_on_greenlet(within(around.clone(), echo(stream)));
            }
        });
        let addr = block_on(addr).unwrap();
        let tasks: Vec<_> = (0..50)
            .map(|n| tokio.spawn(async move { ask(addr, &[n; 9]).await.unwrap() == [n; 9] }))
            .collect();
        assert!(tasks.into_iter().all(|task| block_on(task).unwrap()));
        server.kill();
        assert!(server.join().unwrap_err().is_killed());
    });
}

#[test]
fn tasks_are_joined_without_its_context() {
    with_tokio(|tokio| {
        let handle = tokio.handle().clone();
        vervet::run(move || {
            let tasks: Vec<_> = (0..100).map(|n| handle.spawn(async move { n })).collect();
            let sum: u64 = tasks.into_iter().map(|task| block_on(task).unwrap()).sum();
            assert_eq!(sum, 4950);
            assert_eq!(block_on(handle.spawn_blocking(|| "blocking")).unwrap(), "blocking");
            let panicked = block_on(handle.spawn(async { fail("on purpose") })).unwrap_err();
            assert_eq!(text(panicked.into_panic()), "on purpose");
        });
    });
}

#[test]
fn channels_both_ways() {
    with_tokio(|tokio| {
        let (to_task, mut from_greenlet) = mpsc::channel::<u32>(4);
        let (to_greenlet, mut from_task) = mpsc::channel::<u32>(4);
        tokio.spawn(async move {
            while let Some(n) = from_greenlet.recv().await {
                to_greenlet.send(n * 2).await.unwrap();
            }
        });
        let sender = vervet::spawn(move || {
            for n in 0..1_000 {
                block_on(to_task.send(n)).unwrap();
            }
        });
        let receiver = vervet::spawn(move || std::iter::from_fn(|| block_on(from_task.recv())).sum::<u32>());
        sender.join().unwrap();
        assert_eq!(receiver.join().unwrap(), 999 * 1_000);
    });
}

#[test]
fn a_killed_receiver_loses_no_message() {
    with_tokio(|_| {
        let (sender, receiver) = mpsc::unbounded_channel();
        let receiver = Arc::new(tokio::sync::Mutex::new(receiver));
        let total: u64 = (0..50_u64)
            .map(|n| {
                let theirs = Arc::clone(&receiver);
                let waiter = spawn_on_greenlet(async move { theirs.lock().await.recv().await });
                parked(&waiter.handle(), "signal");
                let ours = sender.clone();
                let sending = vervet::spawn(move || ours.send(n).unwrap());
                waiter.kill();
                sending.join().unwrap();
                // It had the message before its kill, or somebody else gets it.
                let got = waiter.join().ok().flatten();
                got.unwrap_or_else(|| block_on(async { receiver.lock().await.recv().await }).unwrap())
            })
            .sum();
        assert_eq!(total, 49 * 25);
    });
}

#[test]
fn signals_and_permits_of_tokio() {
    with_tokio(|tokio| {
        let (notify, permits) = (Arc::new(Notify::new()), Arc::new(Semaphore::new(3)));
        let theirs = Arc::clone(&notify);
        let waiter = spawn_on_greenlet(async move { theirs.notified().await });
        parked(&waiter.handle(), "signal");
        let ours = Arc::clone(&notify);
        tokio.spawn(async move { ours.notify_one() });
        waiter.join().unwrap();

        let users = (0..50).map(|_| {
            let permits = Arc::clone(&permits);
            vervet::spawn(move || {
                let _permit = block_on(permits.acquire()).unwrap();
                vervet::yield_now();
            })
        });
        vervet::join_all(users).into_iter().for_each(Result::unwrap);
        assert_eq!(permits.available_permits(), 3);
        // One that waits for a permit and is killed gives its place back.
        let all = block_on(permits.acquire_many(3)).unwrap();
        let theirs = Arc::clone(&permits);
        let killed = spawn_on_greenlet(async move { theirs.acquire().await.map(drop) });
        parked(&killed.handle(), "signal");
        killed.kill();
        over(&killed.handle());
        drop(all);
        assert_eq!(permits.available_permits(), 3);
    });
}

#[test]
fn greenlets_awaited_by_tasks() {
    with_tokio(|tokio| {
        // More of them than tokio has workers, all waiting at once.
        let gate = Gate::new();
        let tasks: Vec<_> = (0..50)
            .map(|n| {
                let gate = gate.clone();
                tokio.spawn(async move {
                    vervet::spawn(move || {
                        gate.pass();
                        n
                    })
                    .await
                    .unwrap()
                })
            })
            .collect();
        assert_eq!(tokio.block_on(async { tokio::spawn(async { 1 }).await.unwrap() }), 1);
        gate.open();
        let sum: u32 = tasks.into_iter().map(|task| tokio.block_on(task).unwrap()).sum();
        assert_eq!(sum, 49 * 25);
    });
}

#[test]
fn an_aborted_task_takes_its_greenlet_along() {
    with_tokio(|tokio| {
        let (left, killed) = (sleeper(), sleeper());
        let handles = (left.handle(), killed.handle());
        // Tied out here: aborted before its first poll, a task runs nothing.
        let killed = kill_on_drop(killed);
        let task = tokio.spawn(async move {
            let _ = left.await;
            let _ = killed.await;
        });
        task.abort();
        assert!(tokio.block_on(task).unwrap_err().is_cancelled());
        over(&handles.1);
        assert!(!handles.0.is_finished());
        handles.0.kill();
        over(&handles.0);
        let late = kill_on_drop(sleeper());
        let handle = late.handle().unwrap();
        tokio.block_on(async { assert!(tokio::time::timeout(SHORT, late).await.is_err()) });
        over(&handle);
    });
}

#[test]
fn killed_in_the_middle_of_its_io() {
    with_tokio(|tokio| {
        let listener = tokio.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let addr = listener.local_addr().unwrap();
        let greenlet = spawn_on_greenlet(within(inside(tokio.handle()), ask(addr, b"?")));
        let (mut stream, _) = tokio.block_on(listener.accept()).unwrap();
        let mut word = [0; 1];
        tokio.block_on(stream.read_exact(&mut word)).unwrap();
        parked(&greenlet.handle(), "signal");
        greenlet.kill();
        over(&greenlet.handle());
        // Its socket is closed.
        assert_eq!(tokio.block_on(stream.read(&mut word)).unwrap(), 0);
    });
}

/// Nobody else drives it: a greenlet's timer waits until the thread comes back to it.
#[test]
fn a_runtime_of_one_thread() {
    checked(|| {
        let tokio = Builder::new_current_thread().enable_all().build().unwrap();
        let around = inside(tokio.handle());
        let greenlet = spawn_on_greenlet(within(around, async {
            tokio::time::sleep(SHORT).await;
            tokio::spawn(async { 5 }).await.unwrap()
        }));
        assert_eq!(tokio.block_on(greenlet).unwrap(), 5);
    });
}
