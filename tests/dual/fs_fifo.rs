// A FIFO: opening waits for the other side, reading for data, and ends break.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::process::Command;
use std::{env, process, thread};

const O_NONBLOCK: i32 = 0o4000;

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-fifo", process::id()));
    println!("{}", Command::new("mkfifo").arg(&path).status()?);
    println!("{}", fs::metadata(&path)?.file_type().is_fifo());

    let reading = {
        let path = path.clone();
        thread::spawn(move || -> io::Result<(usize, String)> {
            let mut file = File::open(path)?;
            let mut text = String::new();
            let n = file.read_to_string(&mut text)?;
            Ok((n, text))
        })
    };
    let mut file = OpenOptions::new().write(true).open(&path)?;
    file.write_all(b"through ")?;
    thread::yield_now();
    file.write_all(b"a fifo")?;
    drop(file);
    println!("{:?}", reading.join().unwrap()?);

    // The other way round: the writer waits, and more than fits goes through.
    let writing = {
        let path = path.clone();
        thread::spawn(move || fs::write(path, vec![b'w'; 200_000]))
    };
    println!("{}", fs::read(&path)?.len());
    println!("{:?}", writing.join().unwrap());

    // Without waiting.
    let error = OpenOptions::new().write(true).custom_flags(O_NONBLOCK).open(&path).unwrap_err();
    println!("no reader: {:?} {error}", error.raw_os_error());
    let mut reader = OpenOptions::new().read(true).custom_flags(O_NONBLOCK).open(&path)?;
    println!("no writer: {}", reader.read(&mut [0; 4])?);
    let mut writer = OpenOptions::new().write(true).open(&path)?;
    println!("no data: {:?}", reader.read(&mut [0; 4]).unwrap_err().kind());
    writer.write_all(b"data")?;
    println!("data: {}", reader.read(&mut [0; 9])?);
    drop(reader);
    let error = writer.write(b"x").unwrap_err();
    println!("no reader any more: {:?}: {error}", error.kind());
    fs::remove_file(path)
}
