//! The examples that serve until Ctrl-C, each with real clients.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::example::{Example, binary, start_as};

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// Its greenlets are to be vervet's own, whatever this run's are.
pub(crate) fn run(name: &'static str, args: &[&str]) -> Example {
    start_as(name, Command::new(binary(name)).args(args).env_remove("VERVET_SCHEDULER"))
}

/// A running example, and the address that its first line has between `before` and `after`.
fn serve(name: &'static str, more: &[&str], before: &str, after: &str) -> (Example, String) {
    let server = run(name, &[&["127.0.0.1:0"], more].concat());
    let line = server.line();
    let rest = line.strip_prefix(before).unwrap_or_else(|| panic!("{line:?}"));
    let addr = rest.split(after).next().unwrap().to_owned();
    (server, addr)
}

pub(crate) struct Client {
    stream: TcpStream,
    lines: BufReader<TcpStream>,
}

impl Client {
    pub(crate) fn new(addr: &str) -> Client {
        let stream = TcpStream::connect(addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Client { lines: BufReader::new(stream.try_clone().unwrap()), stream }
    }

    pub(crate) fn say(&mut self, text: &str) {
        self.send(&format!("{text}\n"));
    }

    pub(crate) fn send(&mut self, text: &str) {
        self.stream.write_all(text.as_bytes()).unwrap();
    }

    fn hear(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    pub(crate) fn hears(&mut self, text: &str) {
        assert_eq!(self.hear(), text);
    }
}

#[test]
fn echo_upper_server_shouts_back() {
    let (server, addr) = serve("echo_upper_server", &[], "shouting on ", " ");
    assert!(server.line().starts_with("try: nc 127.0.0.1 "));
    let mut clients = [Client::new(&addr), Client::new(&addr)];
    for _ in 0..2 {
        for (client, text) in clients.iter_mut().zip(["hello", "is anybody there?"]) {
            client.say(text);
            client.hears(&text.to_uppercase());
        }
    }
    let [first, _second] = clients;
    first.stream.shutdown(Shutdown::Both).unwrap();
    while !server.line().ends_with("has said 2 lines, and left") {}
    server.interrupt();
    let said = server.end().succeeded();
    // It says so at its very end, and may still be seen there.
    let ends = ["2 CLIENTS IN ALL, 1 AT THE END", "2 CLIENTS IN ALL, 2 AT THE END"];
    assert!(ends.iter().any(|end| said.contains(end)), "{said}");
}

#[test]
fn port_forwarder_forwards_both_ways() {
    const MUCH: usize = 4 << 20;
    let target = TcpListener::bind("127.0.0.1:0").unwrap();
    let name = target.local_addr().unwrap().to_string();
    let serves = thread::spawn(move || {
        for _ in 0..2 {
            let mut stream = target.accept().unwrap().0;
            let mut text = Vec::new();
            stream.read_to_end(&mut text).unwrap();
            text.reverse();
            stream.write_all(&text).unwrap();
        }
    });
    let (server, addr) = serve("port_forwarder", &[&name], "forwarding ", " ");
    for length in [5, MUCH] {
        let sent: Vec<u8> = (0..length).map(|i| (i % 251) as u8).collect();
        let mut client = TcpStream::connect(&addr).unwrap();
        client.write_all(&sent).unwrap();
        client.shutdown(Shutdown::Write).unwrap();
        let mut received = Vec::new();
        client.read_to_end(&mut received).unwrap();
        assert!(received.iter().eq(sent.iter().rev()), "{} bytes came back", received.len());
        assert!(server.line().ends_with(&format!("--> {name}")));
        let line = server.line();
        assert!(line.contains(&format!("{length} bytes there, {length} back")), "{line}");
    }
    serves.join().unwrap();
    // Nobody is at the other end any more.
    let mut client = TcpStream::connect(&addr).unwrap();
    assert_eq!(client.read(&mut [0]).unwrap(), 0);
    let line = server.line();
    assert!(line.contains("--X") && line.contains("refused"), "{line}");
    server.interrupt();
    let said = server.end().succeeded();
    assert!(said.contains("3 connections forwarded, 0 drained, 0 killed"), "{said}");
}

#[test]
fn chat_throws_out_who_does_not_listen() {
    let (server, addr) = serve("chat", &[], "chatting on ", " ");
    let enter = |name: &str| {
        let mut client = Client::new(&addr);
        client.hears("* your name?");
        client.say(name);
        client
    };
    let mut ada = enter("ada");
    ada.hears("* ada has come; here are ada");
    let mut deaf = enter("deaf");
    ada.hears("* deaf has come; here are ada, deaf");
    deaf.hears("* deaf has come; here are ada, deaf");
    let mut bob = enter("ada");
    bob.hears("* another one?");
    bob.say("bob");
    for client in [&mut ada, &mut bob] {
        client.hears("* bob has come; here are ada, deaf, bob");
        client.say("hi");
    }
    for client in [&mut ada, &mut bob] {
        // Each hears both, in whatever order.
        let mut heard = [client.hear(), client.hear()];
        heard.sort();
        assert_eq!(heard, ["ada: hi", "bob: hi"]);
    }

    // Those who listen talk until buffers are full for the one who does not. Each may say a megabyte.
    let long = "la ".repeat(10_000);
    let (mut thrown_out, mut ways) = (false, 0);
    while !thrown_out {
        ways += 1;
        assert!(ways <= 20, "who does not listen is still in");
        let mut singer = enter(&format!("singer {ways}"));
        let heard = |client: &mut Client, text: &str, thrown_out: &mut bool| {
            loop {
                let line = client.hear();
                *thrown_out |= line == "* deaf has left";
                if line.starts_with(text) {
                    return;
                }
                assert!(!line.is_empty(), "it was thrown out itself");
            }
        };
        let name = format!("singer {ways}");
        heard(&mut singer, &format!("* {name} has come"), &mut thrown_out);
        for _ in 0..30 {
            singer.say(&long);
            for client in [&mut singer, &mut bob, &mut ada] {
                heard(client, &format!("{name}: la"), &mut thrown_out);
            }
        }
    }
    server.interrupt();
    let said = server.end().succeeded();
    assert!(said.contains("* the chat is closed") && said.contains("clients came"), "{said}");
    drop(deaf);
}

#[test]
fn udp_echo_sends_back() {
    let (server, addr) = serve("udp_echo", &[], "echoing datagrams on ", " ");
    assert!(server.line().starts_with("try: nc -u 127.0.0.1 "));
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.connect(addr).unwrap();
    for text in ["green", "", "monkey"] {
        client.send(text.as_bytes()).unwrap();
        let mut buf = [0; 64];
        let length = client.recv(&mut buf).unwrap();
        assert_eq!(&buf[..length], text.as_bytes());
        let line = server.line();
        assert!(line.ends_with(&format!("{} bytes, {text:?}", text.len())), "{line}");
    }
    server.interrupt();
    let said = server.end().succeeded();
    assert!(said.contains("3 datagrams echoed"), "{said}");
}

#[test]
fn graceful_server_drains_on_ctrl_c() {
    let (server, addr) = serve("graceful_server", &["0.5"], "counting down on ", ";");
    let mut quick = Client::new(&addr);
    quick.hears("count from?");
    quick.say("1");
    quick.hears("1");
    quick.hears("lift-off!");
    let mut slow = Client::new(&addr);
    slow.hears("count from?");
    slow.say("1000");
    slow.hears("1000");
    let mut silent = Client::new(&addr);
    silent.hears("count from?");
    quick.hears("");
    server.interrupt();
    let mut last = slow.hear();
    while last.parse::<u32>().is_ok() {
        last = slow.hear();
    }
    assert!(last.starts_with("we are closing, sorry: stopped at "), "{last:?}");
    silent.hears("");
    let said = server.end().succeeded();
    assert!(said.contains("SIGINT: nobody comes in any more, 2 are still here"), "{said}");
    assert!(said.contains("1 drained, 1 killed, after") && said.contains("3 clients in all"), "{said}");
    TcpStream::connect(addr).unwrap_err();
}

#[test]
fn servers_on_a_taken_address_say_so() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let addr = taken.local_addr().unwrap().to_string();
    for name in ["echo_upper_server", "port_forwarder", "chat", "graceful_server"] {
        run(name, &[&addr]).end().refused(1, "AddrInUse");
    }
}
