//! The example that multiplexes.

use std::process::Command;

use crate::example::{binary, start_as};
use crate::servers::Client;

#[test]
fn poll_chat_passes_on_what_is_said() {
    // Its greenlet is to be vervet's own, whatever this run's are.
    let mut command = Command::new(binary("poll_chat"));
    let server = start_as("poll_chat", command.arg("127.0.0.1:0").env_remove("VERVET_SCHEDULER"));
    let line = server.line();
    let addr = line.strip_prefix("chatting on ").unwrap_or_else(|| panic!("{line:?}"));
    let mut clients = Vec::new();
    for number in 1..=20 {
        clients.push(Client::new(addr));
        clients.iter_mut().for_each(|client| client.hears(&format!("* now we are {number}")));
    }
    for speaker in 0..clients.len() {
        let text = format!("here is {speaker}");
        clients[speaker].say(&text);
        clients.iter_mut().for_each(|client| client.hears(&text));
    }
    // Who leaves is missed by nobody else; a line may come in pieces, and several at once.
    clients.truncate(10);
    clients[0].send("one\ntwo\nthr");
    clients.iter_mut().for_each(|client| ["one", "two"].iter().for_each(|text| client.hears(text)));
    clients[0].send("ee\n");
    clients.iter_mut().for_each(|client| client.hears("three"));
    server.interrupt();
    assert!(server.end().succeeded().contains("the chat is closed"));
}
