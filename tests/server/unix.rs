//! Over unix sockets.

use std::io::{ErrorKind, Read, Write};
use std::time::Duration;

use vervet::os::unix::net::UnixStream;
use vervet::server::StreamServer;

use crate::common::{LIMIT, checked};

#[test]
fn clients_at_a_unix_socket() {
    checked(|| {
        let path = std::env::temp_dir().join(format!("vervet-server-{}", std::process::id()));
        let server = StreamServer::bind_unix(&path).unwrap();
        assert_eq!(StreamServer::bind_unix(&path).unwrap_err().kind(), ErrorKind::AddrInUse);
        let server = server
            .max_connections(3)
            .backlog(16)
            .on_connection(|mut stream, peer| {
                assert!(peer.is_unnamed());
                let mut text = String::new();
                stream.read_to_string(&mut text)?;
                stream.write_all(text.to_uppercase().as_bytes())
            })
            .start()
            .unwrap();
        assert_eq!(server.local_addr().as_pathname(), Some(&*path));
        let clients = (0..50).map(|n| {
            let path = path.clone();
            vervet::spawn(move || {
                let mut stream = UnixStream::connect(path).unwrap();
                write!(stream, "client {n}").unwrap();
                stream.shutdown(std::net::Shutdown::Write).unwrap();
                let mut answer = String::new();
                stream.read_to_string(&mut answer).unwrap();
                assert_eq!(answer, format!("CLIENT {n}"));
            })
        });
        vervet::join_all(clients.collect::<Vec<_>>()).into_iter().for_each(Result::unwrap);
        assert_eq!((server.accepted(), server.shutdown(LIMIT).killed), (50, 0));
        assert_eq!(UnixStream::connect(&path).unwrap_err().kind(), ErrorKind::ConnectionRefused);
        std::fs::remove_file(&path).unwrap();
    });
}

#[test]
fn one_unix_socket_is_one_queue() {
    checked(|| {
        let path = std::env::temp_dir().join(format!("vervet-shards-{}", std::process::id()));
        let server = StreamServer::bind_unix(&path).unwrap().reuse_port(2);
        let refused = server.on_connection(|_, _| ()).start().unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Unsupported);
        std::fs::remove_file(&path).unwrap();
        vervet::sleep(Duration::ZERO);
    });
}
