//! rustls: its clients and servers on vervet's streams, on std's, and with each other.

use std::io::{ErrorKind, Read, Write};
use std::ops::DerefMut;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName};
use rustls::{
    ClientConfig, ClientConnection, ConnectionCommon, ProtocolVersion, RootCertStore, ServerConfig,
    ServerConnection, SideData, StreamOwned,
};
use vervet::net::{TcpListener, TcpStream};

use crate::common::{checked, in_both, over, parked};
use crate::http::get;
use crate::program::installed;
use crate::{Example, child, serve};

/// Many of TLS's records, and more than socket buffers hold.
const MUCH: usize = 8 << 20;

/// The example's certificate, in a file; gone with it.
struct CertFile(PathBuf);

impl Drop for CertFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn https_server(test: &str) -> (Example, String, CertFile) {
    let path = std::env::temp_dir().join(format!("vervet-{}-{test}.pem", std::process::id()));
    let cert = CertFile(path);
    let (server, addr) = serve("https_server", &["--cert", cert.0.to_str().unwrap()], "serving https://");
    (server, addr, cert)
}

fn trusting(cert: CertificateDer<'static>) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(cert).unwrap();
    Arc::new(ClientConfig::builder().with_root_certificates(roots).with_no_client_auth())
}

fn client<S: Read + Write>(config: &Arc<ClientConfig>, stream: S) -> StreamOwned<ClientConnection, S> {
    let name = ServerName::try_from("localhost").unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), stream)
}

/// A server's settings, and those of clients that trust it.
fn both() -> (Arc<ServerConfig>, Arc<ClientConfig>) {
    let identity = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = PrivatePkcs8KeyDer::from(identity.signing_key.serialize_der());
    let cert = identity.cert.der().clone();
    let server = ServerConfig::builder().with_no_client_auth();
    let server = server.with_single_cert(vec![cert.clone()], key.into()).unwrap();
    (Arc::new(server), trusting(cert))
}

fn accept(listener: &TcpListener, config: Arc<ServerConfig>) -> StreamOwned<ServerConnection, TcpStream> {
    let stream = listener.accept().unwrap().0;
    StreamOwned::new(ServerConnection::new(config).unwrap(), stream)
}

/// Tells the other side that nothing more will come.
fn finish<C, D, S>(stream: &mut StreamOwned<C, S>)
where
    C: DerefMut<Target = ConnectionCommon<D>>,
    D: SideData,
    S: Read + Write,
{
    stream.conn.send_close_notify();
    stream.flush().unwrap();
}

#[test]
fn clients_on_both_streams_are_answered() {
    checked(|| {
        let (_server, addr, cert) = https_server("clients");
        let config = trusting(CertificateDer::from_pem_file(&cert.0).unwrap());
        let hello = (200, "hello, in private\n".to_owned());

        let mut stream = client(&config, std::net::TcpStream::connect(&addr).unwrap());
        let greenlets = (0..20).map(|_| {
            let (config, addr, hello) = (Arc::clone(&config), addr.clone(), hello.clone());
            vervet::spawn(move || {
                let mut stream = client(&config, TcpStream::connect(addr).unwrap());
                for _ in 0..3 {
                    assert_eq!(get(&mut stream, "/"), hello);
                }
                finish(&mut stream);
                assert_eq!(stream.read(&mut [0; 16]).unwrap(), 0, "the server says its last word, too");
            })
        });
        let greenlets: Vec<_> = greenlets.collect();
        assert_eq!(get(&mut stream, "/"), hello);
        assert_eq!(stream.conn.protocol_version(), Some(ProtocolVersion::TLSv1_3));
        assert_eq!(get(&mut stream, "/nowhere").0, 404);
        vervet::join_all(greenlets).into_iter().for_each(Result::unwrap);
    });
}

#[test]
fn a_client_without_trust_leaves_the_others_alone() {
    checked(|| {
        let (_server, addr, cert) = https_server("trust");
        let wary = Arc::new(
            ClientConfig::builder().with_root_certificates(RootCertStore::empty()).with_no_client_auth(),
        );
        let mut stream = client(&wary, TcpStream::connect(&addr).unwrap());
        let error = stream.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap_err();
        assert!(error.to_string().contains("UnknownIssuer"), "{error}");
        // Nor does one that does not speak TLS.
        let mut plain = TcpStream::connect(&addr).unwrap();
        plain.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let _alert = plain.read_to_end(&mut Vec::new());

        let trust = trusting(CertificateDer::from_pem_file(&cert.0).unwrap());
        assert_eq!(get(&mut client(&trust, TcpStream::connect(&addr).unwrap()), "/").0, 200);
    });
}

#[test]
fn curl_is_answered() {
    checked(|| {
        const TEST: &str = "https::curl_is_answered";
        if !installed(TEST, "curl") {
            return;
        }
        let (server, addr, cert) = https_server("curl");
        // As the example says it.
        let line = server.line();
        let words: Vec<_> = line.strip_prefix("try: curl ").unwrap().split(' ').collect();
        let url = format!("https://{addr}/");
        assert_eq!(words, ["-k", &url]);
        for trust in [&words[..1], &["--cacert", cert.0.to_str().unwrap()]] {
            let output =
                Command::new("curl").args(["-sS", "--noproxy", "*"]).args(trust).args([&url, &url]).output();
            let output = output.unwrap();
            assert!(output.status.success(), "{}", child::text(&output));
            assert_eq!(String::from_utf8_lossy(&output.stdout), "hello, in private\n".repeat(2));
        }
    });
}

#[test]
fn much_goes_there_and_back() {
    checked(|| {
        in_both(|| {
            let (server, trust) = both();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let server = vervet::spawn(move || {
                let mut stream = accept(&listener, server);
                let mut received = Vec::new();
                stream.read_to_end(&mut received).unwrap();
                stream.write_all(&received).unwrap();
                finish(&mut stream);
            });
            let sent: Vec<u8> = (0..MUCH).map(|i| (i % 251) as u8).collect();
            let mut stream = client(&trust, TcpStream::connect(addr).unwrap());
            stream.write_all(&sent).unwrap();
            finish(&mut stream);
            let mut received = Vec::new();
            stream.read_to_end(&mut received).unwrap();
            assert!(received == sent, "{} bytes of {MUCH}, or others", received.len());
            server.join().unwrap();
        });
    });
}

/// Neither a stream's own time limit nor one around the call loses anything of what comes later.
#[test]
fn reads_go_on_after_they_were_cut_short() {
    const SHORT: Duration = Duration::from_millis(20);
    checked(|| {
        in_both(|| {
            let (server, trust) = both();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let server = vervet::spawn(move || {
                let mut stream = accept(&listener, server);
                stream.read_exact(&mut [0]).unwrap();
                stream.write_all(b"later").unwrap();
                finish(&mut stream);
            });
            let mut stream = client(&trust, TcpStream::connect(addr).unwrap());
            stream.flush().unwrap();
            let mut buf = [0; 5];
            stream.sock.set_read_timeout(Some(SHORT)).unwrap();
            let error = stream.read(&mut buf).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::WouldBlock);
            stream.sock.set_read_timeout(None).unwrap();
            assert!(vervet::timeout(SHORT, || stream.read(&mut buf).map(drop)).is_err());
            stream.write_all(b"?").unwrap();
            stream.read_exact(&mut buf).unwrap();
            assert_eq!(&buf, b"later");
            server.join().unwrap();
        });
    });
}

#[test]
fn a_kill_in_the_middle_closes_the_connection() {
    checked(|| {
        in_both(|| {
            let (server, trust) = both();
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let addr = listener.local_addr().unwrap();
            let server = vervet::spawn(move || {
                let mut stream = accept(&listener, server);
                stream.write_all(b"well?").unwrap();
                stream.read_exact(&mut [0; 64]).unwrap();
            });
            let mut stream = client(&trust, TcpStream::connect(addr).unwrap());
            let mut buf = [0; 5];
            stream.read_exact(&mut buf).unwrap();
            stream.write_all(b"half of an answer").unwrap();
            parked(&server.handle(), "read");
            server.kill();
            over(&server.handle());
            assert!(server.join().unwrap_err().is_killed());
            // Not as a server ends that has said all it had to say.
            let error = stream.read(&mut buf).unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset), "{error}");
        });
    });
}
