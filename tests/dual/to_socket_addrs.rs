// Everything that can be an address, and what it becomes.

use std::net::{
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener, ToSocketAddrs,
};

fn show<A: ToSocketAddrs + ?Sized>(what: &str, addr: &A) {
    match addr.to_socket_addrs() {
        Ok(addrs) => println!("{what}: {:?}", addrs.collect::<Vec<_>>()),
        Err(error) => println!("{what}: {:?}: {error}", error.kind()),
    }
}

struct Mine;

impl ToSocketAddrs for Mine {
    type Iter = std::vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> std::io::Result<Self::Iter> {
        Ok(vec![SocketAddr::from(([127, 0, 0, 1], 0))].into_iter())
    }
}

fn main() {
    let v4 = SocketAddrV4::new(Ipv4Addr::LOCALHOST, 80);
    let v6 = SocketAddrV6::new(Ipv6Addr::LOCALHOST, 80, 0, 0);
    show("str", "127.0.0.1:80");
    show("reference", &&&"127.0.0.1:80");
    show("String", &String::from("[::1]:80"));
    show("(&str, u16)", &("127.0.0.1", 80));
    show("(String, u16)", &(String::from("::1"), 80));
    show("(IpAddr, u16)", &(IpAddr::V4(Ipv4Addr::LOCALHOST), 80));
    show("(Ipv4Addr, u16)", &(Ipv4Addr::LOCALHOST, 80));
    show("(Ipv6Addr, u16)", &(Ipv6Addr::LOCALHOST, 80));
    show("SocketAddr", &SocketAddr::V4(v4));
    show("SocketAddrV4", &v4);
    show("SocketAddrV6", &v6);
    show("slice", &&[SocketAddr::V4(v4), SocketAddr::V6(v6)][..]);
    show("empty slice", &&[][..]);
    show("no port", "127.0.0.1");
    show("nothing", "");
    show("not a port", "127.0.0.1:http");
    show("negative", "127.0.0.1:-1");
    println!("a type of the user's: {}", TcpListener::bind(Mine).is_ok());
    println!(
        "a name: {}",
        "localhost:80".to_socket_addrs().is_ok_and(|mut all| all.all(|one| one.port() == 80))
    );
}
