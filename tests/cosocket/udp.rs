//! Datagrams.

use std::net;
use std::os::unix::net::UnixDatagram;

use vervet::cosocket::{Error, UdpSocket};

use crate::common::{LIMIT, checked, in_both};
use crate::{SHORT, unix::path};

#[test]
fn datagrams_there_and_back() {
    checked(|| {
        in_both(|| {
            for local in ["127.0.0.1:0", "[::1]:0"] {
                let Ok(server) = net::UdpSocket::bind(local) else { continue };
                server.set_read_timeout(Some(LIMIT / 2)).unwrap();
                let mut sock = UdpSocket::new();
                sock.setpeername(server.local_addr().unwrap()).unwrap();
                assert_eq!(sock.send("ping").unwrap(), 4);
                let mut buf = [0; 16];
                let (count, from) = server.recv_from(&mut buf).unwrap();
                assert_eq!(&buf[..count], b"ping");
                for text in [&b"one"[..], b"", b"too long"] {
                    server.send_to(text, from).unwrap();
                }
                assert_eq!(sock.receive(None).unwrap(), b"one");
                assert_eq!(sock.receive(100).unwrap(), b"");
                assert_eq!(sock.receive(3).unwrap(), b"too");
                sock.settimeout(SHORT);
                assert!(sock.receive(None).unwrap_err().is_timeout());
                server.send_to(b"later", from).unwrap();
                assert_eq!(sock.receive(None).unwrap(), b"later");
                sock.close().unwrap();
                assert!(matches!(sock.close(), Err(Error::Closed)));
            }
        });
    });
}

#[test]
fn it_hears_its_peer_alone() {
    checked(|| {
        in_both(|| {
            let bind = || net::UdpSocket::bind("127.0.0.1:0").unwrap();
            let (one, other) = (bind(), bind());
            let mut sock = UdpSocket::new();
            sock.settimeout(SHORT);
            for (peer, stranger) in [(&one, &other), (&other, &one)] {
                sock.setpeername(peer.local_addr().unwrap()).unwrap();
                sock.send("x").unwrap();
                let (_, from) = peer.recv_from(&mut [0; 4]).unwrap();
                stranger.send_to(b"from a stranger", from).unwrap();
                assert!(sock.receive(None).unwrap_err().is_timeout());
                peer.send_to(b"from the peer", from).unwrap();
                assert_eq!(sock.receive(None).unwrap(), b"from the peer");
            }
        });
    });
}

#[test]
fn nobody_there() {
    checked(|| {
        in_both(|| {
            let mut sock = UdpSocket::default();
            assert!(matches!(sock.send("x"), Err(Error::Closed)));
            assert!(matches!(sock.receive(None), Err(Error::Closed)));
            assert!(sock.setpeername("nonsense").is_err());
            let gone = net::UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            sock.setpeername(gone).unwrap();
            sock.send("x").unwrap();
            assert!(sock.receive(None).unwrap_err().to_string().contains("refused"));
        });
    });
}

#[test]
fn unix_datagrams_come_back_to_a_name_of_their_own() {
    checked(|| {
        in_both(|| {
            let path = path("datagrams");
            let server = UnixDatagram::bind(&*path).unwrap();
            let mut socks = [UdpSocket::new(), UdpSocket::new()];
            for (sock, text) in socks.iter_mut().zip(["one", "two"]) {
                sock.setpeername(format!("unix:{}", path.display())).unwrap();
                sock.send(text).unwrap();
            }
            for _ in 0..2 {
                let mut buf = [0; 16];
                let (count, from) = server.recv_from(&mut buf).unwrap();
                server.send_to_addr(&buf[..count], &from).unwrap();
            }
            assert_eq!(socks[0].receive(None).unwrap(), b"one");
            assert_eq!(socks[1].receive(None).unwrap(), b"two");
            assert!(UdpSocket::new().setpeername("unix:/no/such/socket").is_err());
        });
    });
}
