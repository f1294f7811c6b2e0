//! One server in five ways: the table, the chart that is drawn of it, and each of the servers by itself.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::{Child, Command, Stdio};

use roxmltree::{Document, Node};

use crate::example::binary;
use crate::servers::{PATIENCE, run};

const MODELS: [&str; 5] = ["blocking", "threads", "polling", "epoll", "vervet"];
const COLUMNS: [&str; 5] = ["lines of code", "CPU time", "requests/s", "latency p50", "latency p99"];
const SVG: &str = "http://www.w3.org/2000/svg";

/// What lies between two spaces and two spaces.
fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

/// A cell as a number: seconds, or how many.
fn value(cell: &str) -> f64 {
    let (number, unit) = cell.split_once(' ').unwrap_or((cell, ""));
    let scale = HashMap::from([("", 1.0), ("µs", 1e-6), ("ms", 1e-3), ("s", 1.0)]);
    number.replace(',', "").parse::<f64>().unwrap() * scale[unit]
}

/// The lines of code that a file has.
fn lines(file: &str) -> usize {
    let path = format!("{}/examples/io_models/{file}.rs", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter(|line| line.trim().chars().next().is_some() && !line.trim().starts_with("//")).count()
}

#[test]
fn io_models_compares_five_and_draws_what_it_says() {
    let path = std::env::temp_dir().join(format!("vervet-io-models-{}.svg", std::process::id()));
    let args = ["--connections", "12", "--requests", "15", "--svg", path.to_str().unwrap()];
    let told = run("io_models", &args).end().succeeded();
    assert!(told.starts_with("12 clients, 15 requests each, 200 µs of thought"), "{told}");
    assert!(told.ends_with(&format!("chart: {}\n", path.display())), "{told}");
    let svg = fs::read_to_string(&path).unwrap();
    fs::remove_file(&path).unwrap();

    let table: Vec<Vec<&str>> = told.lines().skip(2).take(6).map(cells).collect();
    assert_eq!(table[0], [&["model"], &COLUMNS[..]].concat(), "{told}");
    let rows = &table[1..];
    assert!(rows.iter().map(|row| row[0]).eq(MODELS), "{told}");
    for row in rows {
        assert!(row[1..].iter().all(|cell| value(cell) > 0.0), "{row:?}");
        assert!(value(row[4]) <= value(row[5]), "{row:?}");
        let shared = if ["polling", "epoll"].contains(&row[0]) { "client" } else { "shout" };
        assert_eq!(value(row[1]), (lines(row[0]) + lines(shared)) as f64, "{row:?}");
    }

    let document = Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.tag_name().namespace()), ("svg", Some(SVG)));
    let (width, height) = (root.attribute("width").unwrap(), root.attribute("height").unwrap());
    assert_eq!(root.attribute("viewBox"), Some(format!("0 0 {width} {height}").as_str()));
    let panels: Vec<_> = root.children().filter(|node| node.has_tag_name((SVG, "g"))).collect();
    assert_eq!(panels.len(), COLUMNS.len());
    for (i, panel) in panels.into_iter().enumerate() {
        let column: Vec<&str> = rows.iter().map(|row| row[i + 1]).collect();
        shows(panel, COLUMNS[i], &column, [width, height].map(|size| size.parse().unwrap()));
    }
}

/// A panel has that name, and for each model a bar with its cell, as long as that says.
fn shows(panel: Node<'_, '_>, name: &str, column: &[&str], size: [f64; 2]) {
    let of = |tag| panel.children().filter(move |node| node.has_tag_name((SVG, tag)));
    assert_eq!(of("title").next().and_then(|node| node.text()), Some(name));
    let texts: Vec<_> = of("text").filter_map(|node| node.text()).collect();
    let wanted = MODELS.iter().zip(column).flat_map(|(model, cell)| [*model, *cell]);
    assert_eq!(texts, [name].into_iter().chain(wanted).collect::<Vec<_>>());
    let number = |node: Node<'_, '_>, name: &str| node.attribute(name).unwrap().parse::<f64>().unwrap();
    let bars: Vec<f64> = of("rect").map(|bar| number(bar, "width")).collect();
    let (longest, most) = [&bars, &column.iter().map(|cell| value(cell)).collect()]
        .map(|of: &Vec<f64>| of.iter().copied().fold(0.0, f64::max))
        .into();
    for (bar, cell) in bars.iter().zip(column) {
        // The cell has three digits, or none behind the point.
        let off = (bar / longest - value(cell) / most).abs();
        assert!(off < 0.02, "a bar of {bar} for {cell}, where {longest} is {most}");
    }
    for node in of("rect").chain(of("text")) {
        assert!((0.0..size[0]).contains(&number(node, "x")) && (0.0..size[1]).contains(&number(node, "y")));
    }
}

/// One of the servers, by itself.
struct Server {
    process: Child,
    addr: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Server {
    fn start(model: &str) -> Server {
        let mut command = Command::new(binary("io_models"));
        command.args(["--serve", model]).env_remove("VERVET_SCHEDULER");
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut addr = String::new();
        BufReader::new(process.stdout.as_mut().unwrap()).read_line(&mut addr).unwrap();
        Server { process, addr: addr.trim_end().to_owned() }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.addr).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }
}

/// Sends all it can before it takes anything back, so that the server has more to say than the sockets hold.
fn shouted(mut stream: TcpStream, text: &[u8]) -> Vec<u8> {
    let (mut sent, mut received, mut block) = (0, Vec::new(), [0; 8192]);
    while received.len() < text.len() {
        stream.set_nonblocking(true).unwrap();
        match stream.write(&text[sent..]) {
            Ok(n) if n > 0 => {
                sent += n;
                continue;
            }
            Err(error) if error.kind() != ErrorKind::WouldBlock => panic!("{error}"),
            _ => stream.set_nonblocking(false).unwrap(),
        }
        let n = stream.read(&mut block).unwrap();
        assert_ne!(n, 0, "closed after {} bytes", received.len());
        received.extend_from_slice(&block[..n]);
    }
    received
}

#[test]
fn io_models_each_takes_more_than_the_sockets_hold() {
    let text: Vec<u8> = (0..8 << 20).map(|i| b"Is anybody there? "[(i + i / 9973) % 18]).collect();
    for model in MODELS {
        let server = Server::start(model);
        let first = server.connect();
        // Has much to be told, and goes without listening.
        let mut rude = server.connect();
        rude.write_all(b"is anybody there?").unwrap();
        assert!(shouted(first, &text) == text.to_ascii_uppercase(), "{model}");
        drop(rude);
        let second = server.connect();
        assert_eq!(shouted(second, b"still there?"), b"STILL THERE?", "{model}");
    }
}

#[test]
fn io_models_ends_with_its_parent_and_knows_its_models() {
    let told = run("io_models", &["--serve", "epoll"]).end().succeeded();
    assert!(told.trim_end().parse::<SocketAddr>().is_ok(), "{told}");
    run("io_models", &["--serve", "magic"]).end().refused(1, "magic");
}
