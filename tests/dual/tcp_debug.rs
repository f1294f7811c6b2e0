// What sockets show of themselves.

use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

fn main() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let stream = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (peer, from) = listener.accept().unwrap();
    println!("the same address: {}", from == stream.local_addr().unwrap());

    let plain = |text: String| {
        let listening = listener.local_addr().unwrap().port().to_string();
        let text = text.replace(&listening, "LISTENING").replace(&from.port().to_string(), "CLIENT");
        let fds = [listener.as_raw_fd(), stream.as_raw_fd(), peer.as_raw_fd()];
        fds.iter().fold(text, |text, fd| text.replace(&format!("fd: {fd}"), "fd: FD"))
    };
    println!("{}", plain(format!("{listener:?}")));
    println!("{}", plain(format!("{stream:?}")));
    println!("{}", plain(format!("{peer:#?}")));
    println!("{}", plain(format!("{:?}", listener.incoming())));

    let six = TcpListener::bind("[::1]:0").map(|listener| format!("{listener:?}").contains("addr: [::1]:"));
    println!("{:?}", six.unwrap_or(true));
}
