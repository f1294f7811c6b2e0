//! What a file does.

use std::io::{self, BufRead, ErrorKind, IoSlice, IoSliceMut, Read, Seek, SeekFrom, Write};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, IntoRawFd, OwnedFd};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::panic::{RefUnwindSafe, UnwindSafe};

use crate::common::*;
use crate::{Scratch, told};

like_std! {
    fn writes_seeks_and_reads(scratch) -> String {
        let path = scratch.path("file");
        let mut file = File::create(&path).unwrap();
        assert_eq!(file.write(b"hello, ").unwrap(), 7);
        file.write_all(b"world").unwrap();
        file.flush().unwrap();
        drop(file);

        let mut file = File::open(&path).unwrap();
        let mut buf = [0; 5];
        assert_eq!(file.read(&mut buf).unwrap(), 5);
        assert_eq!(&buf, b"hello");
        assert_eq!(file.seek(SeekFrom::End(-5)).unwrap(), 7);
        assert_eq!(file.stream_position().unwrap(), 7);
        let mut text = String::from("the ");
        assert_eq!(file.read_to_string(&mut text).unwrap(), 5);
        assert_eq!(file.read(&mut buf).unwrap(), 0);
        assert_eq!(file.seek(SeekFrom::Current(-1)).unwrap(), 11);
        assert_eq!(file.read(&mut buf).unwrap(), 1);
        file.rewind().unwrap();
        let mut all = vec![b'>'];
        assert_eq!(file.read_to_end(&mut all).unwrap(), 12);
        assert_eq!(all, b">hello, world");
        text
    }

    fn shared_references_do(scratch) -> () {
        let path = scratch.path("file");
        let file = File::options().read(true).write(true).create_new(true).open(&path).unwrap();
        (&file).write_all(b"abc").unwrap();
        (&file).rewind().unwrap();
        let mut text = String::new();
        (&file).read_to_string(&mut text).unwrap();
        assert_eq!(text, "abc");
    }

    fn clones_share_the_position(scratch) -> () {
        let path = scratch.path("file");
        fs::write(&path, "abcdef").unwrap();
        let mut one = File::open(&path).unwrap();
        let mut two = one.try_clone().unwrap();
        let mut buf = [0; 2];
        one.read_exact(&mut buf).unwrap();
        two.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"cd");
        drop(one);
        two.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"ef");
    }

    #[expect(clippy::nonsensical_open_options, reason = "it is what is tested")]
    fn options_mean_the_same(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let mut errors = vec![
            told(OpenOptions::new().open(&path)),
            told(OpenOptions::new().read(true).open(&path)),
            told(OpenOptions::new().read(true).truncate(true).open(&path)),
            told(OpenOptions::new().append(true).truncate(true).open(&path)),
            told(File::open("a\0b")),
        ];
        File::create_new(&path).unwrap().write_all(b"one").unwrap();
        errors.push(told(File::create_new(&path)));
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"two").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"onetwo");
        let mut file = OpenOptions::new().write(true).open(&path).unwrap();
        file.write_all(b"ONE").unwrap();
        errors.push(told(file.read(&mut [0; 4])));
        errors.push(told(file.read_to_end(&mut Vec::new())));
        assert_eq!(fs::read_to_string(&path).unwrap(), "ONEtwo");
        errors.push(told(File::open(&path).unwrap().write(b"x")));
        drop(OpenOptions::new().write(true).truncate(true).open(&path).unwrap());
        assert_eq!(fs::read(&path).unwrap(), b"");
        let mut options = File::options();
        options.write(true).create(true).mode(0o600).custom_flags(0);
        let made = options.clone().open(scratch.path("private")).unwrap();
        assert_eq!(made.metadata().unwrap().mode() & 0o777, 0o600);
        assert_eq!(format!("{options:?}").split(':').next(), Some("OpenOptions(OpenOptions { read"));
        errors
    }

    fn directories_are_no_files(scratch) -> Vec<(ErrorKind, String)> {
        let mut file = File::open(&scratch.0).unwrap();
        vec![
            told(file.read(&mut [0; 4])),
            told(file.read_to_end(&mut Vec::new())),
            told(File::create(&scratch.0)),
            told(fs::read(&scratch.0)),
            told(fs::write(&scratch.0, "x")),
            told(fs::read_dir("/proc/self/comm")),
        ]
    }

    fn vectored_uses_every_buffer(scratch) -> () {
        let path = scratch.path("file");
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        let parts = [IoSlice::new(b"one"), IoSlice::new(b""), IoSlice::new(b"twotwo"), IoSlice::new(b"3")];
        assert_eq!(file.write_vectored(&parts).unwrap(), 10);
        file.rewind().unwrap();
        let (mut a, mut b) = ([0; 4], [0; 20]);
        let count = file.read_vectored(&mut [IoSliceMut::new(&mut a), IoSliceMut::new(&mut b)]).unwrap();
        assert_eq!((count, &a, &b[..6]), (10, b"onet", &b"wotwo3"[..]));
        assert_eq!(file.read_vectored(&mut []).unwrap(), 0);
        assert_eq!(file.write_vectored(&[]).unwrap(), 0);
    }

    fn positional_calls_leave_the_position(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let mut file = File::options().read(true).write(true).create(true).truncate(true).open(&path).unwrap();
        file.write_all(b"0123456789").unwrap();
        file.write_all_at(b"abc", 2).unwrap();
        let mut buf = [0; 4];
        assert_eq!(file.read_at(&mut buf, 1).unwrap(), 4);
        assert_eq!(&buf, b"1abc");
        assert_eq!(file.read_at(&mut buf, 8).unwrap(), 2);
        assert_eq!(file.read_at(&mut buf, 10).unwrap(), 0);
        assert_eq!(file.write_at(b"!", 12).unwrap(), 1);
        assert_eq!(file.stream_position().unwrap(), 10);
        assert_eq!(fs::read(&path).unwrap(), b"01abc56789\0\0!");
        vec![
            told(file.read_exact_at(&mut buf, 11)),
            told(file.read_at(&mut buf, u64::MAX)),
            told(file.write_at(&buf, u64::MAX)),
        ]
    }

    fn large_reads_and_writes_are_whole(scratch) -> () {
        let path = scratch.path("file");
        let data: Vec<u8> = (0..20_u32 << 20).map(|i| (i / 7) as u8).collect();
        let mut file = File::create(&path).unwrap();
        assert_eq!(file.write(&data).unwrap(), data.len());
        for size in [1, 100, 4096, 128 << 10, (128 << 10) + 1, 1 << 20] {
            let mut file = File::open(&path).unwrap();
            let mut buf = vec![0; size];
            for _ in 0..3 {
                let at = file.stream_position().unwrap() as usize;
                assert_eq!(file.read(&mut buf).unwrap(), size);
                assert!(buf == data[at..at + size]);
            }
        }
        let mut all = Vec::new();
        assert_eq!(File::open(&path).unwrap().read_to_end(&mut all).unwrap(), data.len());
        assert!(all == data);
        let mut rest = Vec::new();
        let mut file = File::open(&path).unwrap();
        file.seek(SeekFrom::End(-5000)).unwrap();
        assert_eq!(file.read_to_end(&mut rest).unwrap(), 5000);
        assert!(rest == data[data.len() - 5000..]);
        assert_eq!(file.read_to_end(&mut rest).unwrap(), 0);
    }

    fn text_is_checked(scratch) -> Vec<(ErrorKind, String)> {
        let mut errors = Vec::new();
        for size in [10, 300_000] {
            let path = scratch.path("file");
            let mut bytes = vec![b'x'; size];
            fs::write(&path, &bytes).unwrap();
            let mut text = String::from("before");
            File::open(&path).unwrap().read_to_string(&mut text).unwrap();
            assert_eq!(text.len(), size + 6);
            bytes[size - 1] = 0xff;
            fs::write(&path, &bytes).unwrap();
            let mut text = String::from("before");
            errors.push(told(File::open(&path).unwrap().read_to_string(&mut text)));
            assert_eq!(text, "before");
            errors.push(told(fs::read_to_string(&path)));
        }
        errors
    }

    fn buffered_lines(scratch) -> () {
        let path = scratch.path("file");
        let mut writer = io::BufWriter::new(File::create(&path).unwrap());
        for i in 0..5000 {
            writeln!(writer, "line {i}").unwrap();
        }
        writer.into_inner().unwrap().sync_all().unwrap();
        let lines: Vec<_> = io::BufReader::new(File::open(&path).unwrap()).lines().map(Result::unwrap).collect();
        assert_eq!(lines.len(), 5000);
        assert_eq!(lines[4321], "line 4321");
        let mut copy = File::create(scratch.path("copy")).unwrap();
        io::copy(&mut File::open(&path).unwrap(), &mut copy).unwrap();
        copy.sync_data().unwrap();
        assert!(fs::read(&path).unwrap() == fs::read(scratch.path("copy")).unwrap());
    }

    fn fds_go_in_and_out(scratch) -> () {
        let path = scratch.path("file");
        fs::write(&path, "abcdef").unwrap();
        let file = File::open(&path).unwrap();
        assert_eq!(file.as_fd().as_raw_fd(), file.as_raw_fd());
        let path = fs::canonicalize(&path).unwrap();
        let shown = format!("File {{ fd: {}, path: {path:?}, read: true, write: false }}", file.as_raw_fd());
        assert_eq!(format!("{file:?}"), shown);
        let mut file = File::from(OwnedFd::from(file));
        let mut buf = [0; 2];
        file.read_exact(&mut buf).unwrap();
        // SAFETY: the fd was given up just now.
        let mut file = unsafe { File::from_raw_fd(file.into_raw_fd()) };
        file.read_exact(&mut buf).unwrap();
        assert_eq!(&buf, b"cd");
    }

    fn odd_files(_scratch) -> Vec<(ErrorKind, String)> {
        let mut null = OpenOptions::new().read(true).write(true).open("/dev/null").unwrap();
        assert_eq!(null.write(&[7; 100_000]).unwrap(), 100_000);
        assert_eq!(null.read(&mut [0; 10]).unwrap(), 0);
        let mut zeros = [7; 10];
        File::open("/dev/zero").unwrap().read_exact(&mut zeros).unwrap();
        assert_eq!(zeros, [0; 10]);
        let status = fs::read_to_string("/proc/self/status").unwrap();
        assert!(status.starts_with("Name:"));
        let mut status = String::new();
        File::open("/proc/self/status").unwrap().read_to_string(&mut status).unwrap();
        assert!(status.starts_with("Name:"));
        vec![
            told(File::open("/dev/full").and_then(|mut file| file.write(b"x"))),
            told(OpenOptions::new().write(true).open("/dev/full").and_then(|mut file| file.write(b"x"))),
            told(fs::write("/dev/full", "x")),
        ]
    }
}

#[test]
fn auto_traits_are_stds() {
    fn have<T: Send + Sync + Unpin + UnwindSafe + RefUnwindSafe>() -> usize {
        size_of::<T>()
    }
    use vervet::fs::*;
    let sizes =
        [have::<File>(), have::<OpenOptions>(), have::<ReadDir>(), have::<DirEntry>(), have::<DirBuilder>()];
    assert!(!sizes.contains(&0));
}
