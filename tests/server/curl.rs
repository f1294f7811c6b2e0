//! curl, against a few lines of HTTP.

use std::io::{Read, Write};
use std::process::Command;

use vervet::server::{ServerHandle, StreamServer};

use crate::child;
use crate::common::{LIMIT, checked};
use crate::http;

/// As much of a web server as it takes.
pub(crate) fn serve(stream: impl Read + Write) {
    let mut client = http::Connection::new(stream);
    while let Ok(true) = client.answer(|path| (path != "/nowhere").then(|| format!("this is {path}\n"))) {}
}

/// What curl prints, if it can be had. Where everything has to be tested it must.
pub(crate) fn curl(test: &str, args: &[&str]) -> Option<String> {
    match Command::new("curl").args(["-sS", "--noproxy", "*"]).args(args).output() {
        Ok(output) => {
            assert!(output.status.success(), "{}", child::text(&output));
            Some(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Err(error) => {
            let why = format!("curl cannot be started: {error}");
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{why}");
            child::skip(test, &why);
            None
        }
    }
}

/// Asks for two pages over one connection, and for one that is not there.
pub(crate) fn browse(test: &str, server: &ServerHandle, scheme: &str, trust: &[&str]) {
    let url = |path: &str| format!("{scheme}://127.0.0.1:{}{path}", server.local_addr().port());
    let pages = [url("/"), url("/news")];
    let args = [trust, &["-w", "%{num_connects} ", &pages[0], &pages[1]]].concat();
    let Some(said) = curl(test, &args) else { return };
    assert_eq!(said, "this is /\n1 this is /news\n0 ");
    let nowhere = url("/nowhere");
    let status = [trust, &["-o", "/dev/null", "-w", "%{http_code}", &nowhere]].concat();
    assert_eq!(curl(test, &status).as_deref(), Some("404"));
    assert_eq!(server.accepted(), 2);
}

#[test]
fn curl_is_answered() {
    checked(|| {
        let server = StreamServer::bind("127.0.0.1:0").unwrap().on_connection(|stream, _| serve(stream));
        let server = server.start().unwrap();
        browse("curl::curl_is_answered", &server, "http", &[]);
        assert_eq!(server.shutdown(LIMIT).killed, 0);
    });
}
