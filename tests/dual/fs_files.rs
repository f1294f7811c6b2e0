// Files: opened in every way, read, written, sought, cut.

use std::fs::{self, File, OpenOptions};
use std::io::{self, IoSlice, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use std::{env, process, thread};

fn show<T>(what: &str, result: io::Result<T>) {
    match result {
        Ok(_) => println!("{what}: fine"),
        Err(error) => println!("{what}: {:?}: {error}", error.kind()),
    }
}

fn main() -> io::Result<()> {
    let dir = env::temp_dir().join(format!("dual-{}-files", process::id()));
    fs::create_dir(&dir)?;
    let path = dir.join("file");
    show("open what is not there", File::open(&path));
    show("remove what is not there", fs::remove_file(&path));
    show("open a folder to write", File::create(&dir));
    show("open below a file", File::open("/etc/passwd/file"));
    show("a zero in the name", File::open("nul\0inside"));
    show("neither read nor write", OpenOptions::new().open(&path));
    show("append and truncate", OpenOptions::new().append(true).truncate(true).open(&path));

    let mut file = File::create(&path)?;
    println!("{}", file.write(b"hello, ")?);
    println!("{}", file.write_vectored(&[IoSlice::new(b"wor"), IoSlice::new(b"ld")])?);
    show("read what is open for writing", file.read(&mut [0; 4]));
    file.sync_all()?;
    file.sync_data()?;
    println!("{:?}", fs::read_to_string(&path)?);
    show("create what is there", File::create_new(&path));

    let mut file = File::options().read(true).write(true).open(&path)?;
    println!("{}", file.seek(SeekFrom::End(-5))?);
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    println!("{text:?} {}", file.stream_position()?);
    show("before the start", file.seek(SeekFrom::Current(-100)));
    file.rewind()?;
    file.write_all(b"J")?;
    file.set_len(5)?;
    println!("{:?} {}", fs::read_to_string(&path)?, file.metadata()?.len());
    file.set_len(8)?;
    println!("{:?}", fs::read(&path)?);

    let mut clone = file.try_clone()?;
    clone.seek(SeekFrom::Start(2))?;
    println!("shared position: {}", file.stream_position()?);
    let mut append = OpenOptions::new().append(true).create(true).open(&path)?;
    append.write_all(b"end")?;
    println!("{:?}", fs::read(&path)?.len());

    // One file for several threads.
    let shared = Arc::new(File::create(dir.join("lines"))?);
    let writers: Vec<_> = (0..4)
        .map(|n| {
            let shared = Arc::clone(&shared);
            thread::spawn(move || {
                (0..50).try_for_each(|m| (&*shared).write_all(format!("{n} {m}\n").as_bytes()))
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap()?;
    }
    (&*Arc::clone(&shared)).write_all(b"by Arc\n")?;
    println!("{}", fs::read_to_string(dir.join("lines"))?.lines().count());

    let secret = dir.join("secret");
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(&secret)?;
    println!("{:o}", fs::metadata(&secret)?.permissions().mode());
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    let file = File::options().write(true).open(&secret)?;
    file.set_modified(time)?;
    let mut permissions = file.metadata()?.permissions();
    permissions.set_readonly(true);
    file.set_permissions(permissions)?;
    let metadata = fs::metadata(&secret)?;
    println!("{} {}", metadata.modified()? == time, metadata.permissions().readonly());
    let fd = std::os::fd::AsRawFd::as_raw_fd(&file);
    let shown = format!("{file:?}").replace(&format!("fd: {fd}"), "fd: FD");
    println!("{}", shown.replace(dir.to_str().unwrap(), "DIR"));
    fs::remove_dir_all(dir)
}
