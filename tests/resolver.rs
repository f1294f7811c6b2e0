//! Names: who asks, how often, for how long.

mod common;

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use common::*;
use vervet::Greenlet;
use vervet::net::resolver::{self, Builder, Resolver};
use vervet::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};

const ANSWER: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));

/// A name server that answers when it is told to, and counts.
#[derive(Clone, Default)]
struct Server(Arc<Books>);

#[derive(Default)]
struct Books {
    asked: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    answers: Mutex<usize>,
    more: Condvar,
}

impl Server {
    fn new() -> Server {
        Server::default()
    }

    /// One that has all answers ready.
    fn quick() -> Server {
        let server = Server::new();
        server.answer(usize::MAX);
        server
    }

    fn answer(&self, how_many: usize) {
        *self.0.answers.lock().unwrap() += how_many;
        self.0.more.notify_all();
    }

    fn asked(&self) -> Vec<String> {
        self.0.asked.lock().unwrap().clone()
    }

    fn count(&self) -> usize {
        self.asked().len()
    }

    fn wait_until_asked(&self, times: usize) {
        eventually("it was asked", || self.count() == times);
    }

    fn resolver(&self) -> Builder {
        let books = Arc::clone(&self.0);
        Resolver::builder().lookup_with(move |host| {
            books.asked.lock().unwrap().push(host.to_owned());
            let at_once = books.at_once.fetch_add(1, SeqCst) + 1;
            books.most_at_once.fetch_max(at_once, SeqCst);
            let answers = books.answers.lock().unwrap();
            *books.more.wait_while(answers, |answers| *answers == 0).unwrap() -= 1;
            books.at_once.fetch_sub(1, SeqCst);
            match host {
                "nowhere" => Err(io::Error::new(ErrorKind::NotFound, "no such host")),
                "ebadf" => Err(io::Error::from_raw_os_error(9)),
                "panics" => fail("on purpose"),
                "many" => Ok(vec![ANSWER, Ipv6Addr::LOCALHOST.into()]),
                _ => Ok(vec![ANSWER]),
            }
        })
    }
}

fn asks(resolver: &Resolver, host: &'static str) -> Greenlet<io::Result<Vec<IpAddr>>> {
    let resolver = resolver.clone();
    vervet::spawn(move || resolver.lookup(host))
}

/// Puts `resolver` in the default one's place for the length of `f`. Tests are `checked`, so one at a time.
fn as_default<R>(resolver: Resolver, f: impl FnOnce() -> R) -> R {
    let mut before = Some(resolver::set_default(resolver));
    let _restore = OnDrop(move || drop(before.take().map(resolver::set_default)));
    f()
}

// --- look-ups ------------------------------------------------------------------------------------------------------

#[test]
fn types_are_send_and_sync() {
    fn both<T: Send + Sync + std::fmt::Debug>() {}
    both::<Resolver>();
    both::<Builder>();
}

#[test]
fn those_who_ask_at_the_same_time_share_a_query() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().build();
        let asking: Vec<_> =
            (0..20).map(|i| asks(&resolver, if i % 2 == 0 { "a.b" } else { "A.b" })).collect();
        asking.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        let theirs = resolver.clone();
        let thread = thread::spawn(move || theirs.lookup("a.b"));
        server.wait_until_asked(1);
        server.answer(1);
        for greenlet in asking {
            assert_eq!(greenlet.join().unwrap().unwrap(), [ANSWER]);
        }
        // The thread may have come too late to share.
        server.answer(1);
        assert_eq!(thread.join().unwrap().unwrap(), [ANSWER]);
        let asked = server.count();
        assert!((1..=2).contains(&asked), "{asked} queries");
        server.answer(1);
        assert_eq!(resolver.lookup("a.b").unwrap(), [ANSWER]);
        assert_eq!(server.count(), asked + 1, "without a cache, later ones ask anew");
    });
}

#[test]
fn threads_share_a_query() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().build();
        thread::scope(|scope| {
            let first = scope.spawn(|| resolver.lookup("a.b"));
            server.wait_until_asked(1);
            let second = asks(&resolver, "a.b");
            parked(&second.handle(), "offload");
            server.answer(1);
            assert_eq!(first.join().unwrap().unwrap(), [ANSWER]);
            assert_eq!(second.join().unwrap().unwrap(), [ANSWER]);
        });
        assert_eq!(server.asked(), ["a.b"]);
    });
}

#[test]
fn different_names_do_not_wait_for_each_other() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().build();
        let asking = ["a", "b", "c"].map(|host| asks(&resolver, host));
        server.wait_until_asked(3);
        server.answer(3);
        assert!(asking.into_iter().all(|greenlet| greenlet.join().unwrap().is_ok()));
    });
}

#[test]
fn no_more_than_so_many_at_once() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().max_concurrent(2).build();
        let names = ["a", "b", "c", "d", "e", "f", "g", "h"];
        let asking = names.map(|host| asks(&resolver, host));
        asking.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        server.wait_until_asked(2);
        for answered in 1..=names.len() {
            server.answer(1);
            server.wait_until_asked(names.len().min(answered + 2));
        }
        assert!(asking.into_iter().all(|greenlet| greenlet.join().unwrap().is_ok()));
        assert_eq!(server.0.most_at_once.load(SeqCst), 2);
        let mut asked = server.asked();
        asked.sort();
        assert_eq!(asked, names);
    });
}

#[test]
#[should_panic(expected = "looks up 0 names at once")]
fn none_at_once_is_refused() {
    let _ = Resolver::builder().max_concurrent(0);
}

#[test]
fn a_failure_goes_to_all_and_a_later_one_asks_anew() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().cache(HOUR, 10).build();
        let asking: Vec<_> = (0..5).map(|_| asks(&resolver, "nowhere")).collect();
        asking.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        server.answer(1);
        for greenlet in asking {
            let error = greenlet.join().unwrap().unwrap_err();
            assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "no such host"));
            assert_eq!(format!("{error:?}"), r#"Custom { kind: NotFound, error: "no such host" }"#);
        }
        server.answer(2);
        assert!(resolver.lookup("nowhere").is_err());
        assert_eq!((server.count(), resolver.cached()), (2, 0), "failures are not kept");
        assert_eq!(resolver.lookup("ebadf").unwrap_err().raw_os_error(), Some(9));
    });
}

#[test]
fn a_panic_is_an_error_of_all() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().build();
        let asking = [asks(&resolver, "panics"), asks(&resolver, "panics")];
        asking.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        server.answer(1);
        for greenlet in asking {
            let error = greenlet.join().unwrap().unwrap_err().to_string();
            assert!(error.contains("panics") && error.contains("on purpose"), "{error}");
        }
        server.answer(1);
        assert!(resolver.lookup("a").is_ok(), "the thread has survived");
    });
}

#[test]
fn a_kill_of_one_leaves_the_query_to_the_others() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().build();
        // The first to ask is the one to be killed.
        let first = asks(&resolver, "a");
        parked(&first.handle(), "offload");
        let others = [asks(&resolver, "a"), asks(&resolver, "a")];
        others.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        let hasty = resolver.clone();
        assert!(vervet::timeout(Duration::from_millis(2), move || hasty.lookup("a")).is_err());
        first.kill();
        assert!(first.join().unwrap_err().is_killed());
        server.answer(1);
        for greenlet in others {
            assert_eq!(greenlet.join().unwrap().unwrap(), [ANSWER]);
        }
        assert_eq!(server.asked(), ["a"]);
    });
}

#[test]
fn a_query_that_nobody_waits_for_any_more_is_not_begun() {
    checked(|| {
        let server = Server::new();
        let resolver = server.resolver().max_concurrent(1).build();
        let first = asks(&resolver, "first");
        server.wait_until_asked(1);
        let given_up = [asks(&resolver, "given up"), asks(&resolver, "given up")];
        given_up.iter().for_each(|greenlet| parked(&greenlet.handle(), "offload"));
        let last = asks(&resolver, "last");
        parked(&last.handle(), "offload");
        for greenlet in given_up {
            greenlet.kill();
            assert!(greenlet.join().unwrap_err().is_killed());
        }
        server.answer(2);
        assert!(first.join().unwrap().is_ok() && last.join().unwrap().is_ok());
        assert_eq!(server.asked(), ["first", "last"]);
        server.answer(1);
        assert!(resolver.lookup("given up").is_ok(), "asked for again, it is looked up");
        assert!(format!("{resolver:?}").contains("under_way: 0"), "{resolver:?}");
    });
}

#[test]
fn a_query_goes_on_without_its_resolver() {
    checked(|| {
        let server = Server::new();
        let asking = asks(&server.resolver().build(), "a");
        server.wait_until_asked(1);
        server.answer(1);
        assert_eq!(asking.join().unwrap().unwrap(), [ANSWER]);
    });
}

#[test]
fn figures_are_not_looked_up() {
    fn body() {
        let server = Server::new();
        let resolver = server.resolver().build();
        assert_eq!(resolver.lookup("127.0.0.1").unwrap(), [Ipv4Addr::LOCALHOST]);
        assert_eq!(resolver.lookup("::1").unwrap(), [Ipv6Addr::LOCALHOST]);
        as_default(resolver, || {
            assert_eq!(resolver::lookup("::1").unwrap(), [Ipv6Addr::LOCALHOST]);
            for literal in ["127.0.0.1:80", "[::1]:80"] {
                assert_eq!(literal.to_socket_addrs().unwrap().next(), literal.parse().ok());
            }
            assert_eq!(("::1", 80).to_socket_addrs().unwrap().next(), "[::1]:80".parse().ok());
        });
        assert_eq!(server.count(), 0);
    }
    checked(|| in_both(body));
}

// --- the cache -----------------------------------------------------------------------------------------------------

#[test]
fn answers_are_kept_until_their_time_is_over() {
    checked(|| {
        let server = Server::quick();
        let ttl = Duration::from_millis(40);
        let resolver = server.resolver().cache(ttl, 10).build();
        let begin = Instant::now();
        assert_eq!(resolver.lookup("many").unwrap(), [ANSWER, Ipv6Addr::LOCALHOST.into()]);
        assert_eq!(resolver.lookup("MANY").unwrap(), [ANSWER, Ipv6Addr::LOCALHOST.into()]);
        if begin.elapsed() < ttl {
            assert_eq!(server.count(), 1);
        }
        eventually("asked again", || resolver.lookup("many").is_ok() && server.count() > 1);
        assert!(begin.elapsed() >= ttl);
        resolver.clear_cache();
        let before = server.count();
        assert_eq!(resolver.cached(), 0);
        assert!(resolver.lookup("many").is_ok());
        assert_eq!(server.count(), before + 1);
    });
}

#[test]
fn no_more_entries_than_allowed() {
    checked(|| {
        let server = Server::quick();
        let resolver = server.resolver().cache(HOUR, 2).build();
        for host in ["a", "b", "c", "b", "c"] {
            assert!(resolver.lookup(host).is_ok());
        }
        assert_eq!((server.asked(), resolver.cached()), (["a", "b", "c"].map(String::from).to_vec(), 2));
        assert!(resolver.lookup("a").is_ok());
        assert_eq!((server.count(), resolver.cached()), (4, 2), "a had made room for c");
    });
}

#[test]
fn failures_are_kept_if_asked_for() {
    checked(|| {
        let server = Server::quick();
        let resolver = server.resolver().cache(HOUR, 2).cache_failures(HOUR).build();
        for _ in 0..3 {
            assert_eq!(resolver.lookup("nowhere").unwrap_err().kind(), ErrorKind::NotFound);
        }
        assert_eq!((server.count(), resolver.cached()), (1, 1));
    });
}

#[test]
fn an_answer_from_the_cache_needs_no_wait_but_a_kill_comes_first() {
    checked(|| {
        let server = Server::quick();
        let resolver = server.resolver().cache(HOUR, 2).build();
        assert!(resolver.lookup("a").is_ok());
        let theirs = resolver.clone();
        let killed = vervet::spawn(move || {
            vervet::current().unwrap().kill();
            theirs.lookup("a")
        });
        assert!(killed.join().unwrap_err().is_killed());
    });
}

// --- the default resolver ------------------------------------------------------------------------------------------

#[test]
fn the_default_resolver_serves_all_of_net() {
    fn body() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let theirs = Arc::clone(&asked);
        let resolver = Resolver::builder().lookup_with(move |host| {
            theirs.fetch_add(1, SeqCst);
            assert_eq!(host, "home.example");
            Ok(vec![Ipv4Addr::LOCALHOST.into()])
        });
        as_default(resolver.build(), || {
            assert!(TcpStream::connect(("home.example", port)).is_ok());
            assert!(TcpStream::connect(format!("home.example:{port}")).is_ok());
            assert!(UdpSocket::bind(("home.example", 0)).is_ok());
            assert_eq!(resolver::lookup("home.example").unwrap(), [Ipv4Addr::LOCALHOST]);
            assert_eq!(resolver::get_default().lookup("home.example").unwrap(), [Ipv4Addr::LOCALHOST]);
        });
        assert_eq!(asked.load(SeqCst), 5);
    }
    checked(|| in_both(body));
}

#[test]
fn the_systems_resolver_says_what_std_says() {
    fn body() {
        let ours: Vec<_> = "localhost:80".to_socket_addrs().unwrap().collect();
        let theirs: Vec<_> = std::net::ToSocketAddrs::to_socket_addrs("localhost:80").unwrap().collect();
        assert_eq!(ours, theirs);
        let wrong = "a\0b";
        let theirs = std::net::ToSocketAddrs::to_socket_addrs(&(wrong, 1)).unwrap_err();
        for ours in [(wrong, 1).to_socket_addrs().map(drop), resolver::lookup(wrong).map(drop)] {
            let ours = ours.unwrap_err();
            assert_eq!((ours.kind(), ours.to_string()), (theirs.kind(), theirs.to_string()));
        }
    }
    checked(|| in_both(body));
}
