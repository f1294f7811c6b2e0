// Reads and writes at a position, by several at once.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::{env, process, thread};

fn main() -> io::Result<()> {
    let path = env::temp_dir().join(format!("dual-{}-positioned", process::id()));
    let file = OpenOptions::new().read(true).write(true).create_new(true).open(&path)?;
    let file = Arc::new(file);
    let writers: Vec<_> = (0..8u8)
        .map(|n| {
            let file = Arc::clone(&file);
            thread::spawn(move || file.write_all_at(&[b'a' + n; 1000], n as u64 * 1000))
        })
        .collect();
    for writer in writers {
        writer.join().unwrap()?;
    }
    let readers: Vec<_> = (0..8u64)
        .map(|n| {
            let file = Arc::clone(&file);
            thread::spawn(move || -> io::Result<char> {
                let mut buf = [0; 1000];
                file.read_exact_at(&mut buf, n * 1000)?;
                assert!(buf.iter().all(|byte| *byte == buf[0]));
                Ok(buf[0] as char)
            })
        })
        .collect();
    for reader in readers {
        print!("{}", reader.join().unwrap()?);
    }
    println!();
    println!("position: {}", (&*file).stream_position()?);
    println!("{} {}", file.read_at(&mut [0; 10], 7_995)?, file.read_at(&mut [0; 10], 9_000)?);
    let error = file.read_exact_at(&mut [0; 10], 7_995).unwrap_err();
    println!("{:?}: {error}", error.kind());
    println!("{}", file.write_at(b"!", 8_000)?);
    let mut text = String::new();
    println!("{}", (&*file).read_to_string(&mut text)?);
    println!("{:?}", &text[7_998..]);
    let error = File::open(&path)?.write_at(b"x", 0).unwrap_err();
    println!("{:?} {error}", error.raw_os_error());
    println!("{}", (&*file).read(&mut [0; 4])?);
    fs::remove_file(path)
}
