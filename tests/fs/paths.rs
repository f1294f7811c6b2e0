//! What is done by path: attributes, names, links, directories.

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, DirEntryExt, MetadataExt, PermissionsExt};
use std::time::{Duration, SystemTime};

use crate::common::*;
use crate::{Scratch, told};

like_std! {
    fn attributes(scratch) -> Vec<(ErrorKind, String)> {
        let path = scratch.path("file");
        let file = File::create(&path).unwrap();
        file.set_len(1000).unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!((metadata.len(), metadata.is_file()), (1000, true));
        file.set_permissions(Permissions::from_mode(0o640)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000);
        file.set_modified(time).unwrap();
        assert_eq!(file.metadata().unwrap().modified().unwrap(), time);
        file.set_times(FileTimes::new().set_accessed(time)).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().accessed().unwrap(), time);
        unix::chown(&path, None, None).unwrap();
        unix::lchown(&path, None, None).unwrap();
        unix::fchown(&file, None, None).unwrap();
        vec![
            told(File::open(&path).unwrap().set_len(1)),
            told(file.set_len(u64::MAX)),
            told(fs::metadata(scratch.path("none"))),
            told(unix::chown(scratch.path("none"), None, None)),
            told(unix::chroot(scratch.path("none"))),
        ]
    }

    fn names_and_links(scratch) -> Vec<(ErrorKind, String)> {
        let [one, two, three] = ["one", "two", "three"].map(|name| scratch.path(name));
        fs::write(&one, "text").unwrap();
        fs::rename(&one, &two).unwrap();
        assert!(!fs::exists(&one).unwrap());
        assert!(fs::exists(&two).unwrap());
        fs::hard_link(&two, &one).unwrap();
        assert_eq!(fs::metadata(&one).unwrap().nlink(), 2);
        unix::symlink(&two, &three).unwrap();
        fs::soft_link("two", scratch.path("four")).unwrap();
        assert_eq!(fs::read_link(&three).unwrap(), two);
        assert_eq!(fs::read_to_string(scratch.path("four")).unwrap(), "text");
        assert!(fs::symlink_metadata(&three).unwrap().is_symlink());
        assert_eq!(fs::canonicalize(&three).unwrap(), fs::canonicalize(&two).unwrap());
        fs::set_permissions(&two, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(fs::copy(&two, scratch.path("copy")).unwrap(), 4);
        assert_eq!(fs::metadata(scratch.path("copy")).unwrap().mode() & 0o777, 0o640);
        fs::remove_file(&two).unwrap();
        vec![
            told(fs::read(&three)),
            told(fs::remove_file(&two)),
            told(fs::rename(&two, &one)),
            told(fs::read_link(&one)),
            told(fs::hard_link(&two, &one)),
            told(unix::symlink(&two, &one)),
            told(fs::canonicalize(&two)),
            told(fs::copy("/dev/null", &one)),
            told(fs::copy(&two, &one)),
            told(fs::exists("a\0b")),
            told(fs::set_permissions(&two, Permissions::from_mode(0o600))),
            told(fs::symlink_metadata(&two)),
        ]
    }

    fn directories(scratch) -> Vec<(ErrorKind, String)> {
        let top = scratch.path("top");
        fs::create_dir(&top).unwrap();
        fs::create_dir_all(top.join("a/b/c")).unwrap();
        fs::create_dir_all(&top).unwrap();
        DirBuilder::new().mode(0o700).create(top.join("d")).unwrap();
        assert_eq!(fs::metadata(top.join("d")).unwrap().mode() & 0o777, 0o700);
        fs::write(top.join("file"), "1234").unwrap();
        let mut seen = BTreeSet::new();
        for entry in fs::read_dir(&top).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.path(), top.join(entry.file_name()));
            assert_eq!(format!("{entry:?}"), format!("DirEntry({:?})", entry.path()));
            let metadata = entry.metadata().unwrap();
            assert_eq!(entry.ino(), metadata.ino());
            assert_eq!(entry.file_type().unwrap(), metadata.file_type());
            seen.insert((entry.file_name().into_string().unwrap(), metadata.is_dir()));
        }
        let names = [("a", true), ("d", true), ("file", false)];
        assert_eq!(seen, names.map(|(name, is_dir)| (name.to_owned(), is_dir)).into());
        let mut errors = vec![
            told(fs::create_dir(&top)),
            told(fs::create_dir(top.join("no/parent"))),
            told(fs::create_dir_all(top.join("file"))),
            told(fs::remove_dir(&top)),
            told(fs::remove_dir(top.join("file"))),
            told(fs::read_dir(top.join("none"))),
            told(fs::remove_dir_all(top.join("none"))),
        ];
        fs::remove_dir(top.join("d")).unwrap();
        fs::remove_dir_all(&top).unwrap();
        errors.push(told(fs::read_dir(&top)));
        errors
    }

    fn long_directories_are_complete(scratch) -> () {
        for i in 0..1000 {
            fs::write(scratch.path(&format!("entry-{i}")), "").unwrap();
        }
        let mut entries = fs::read_dir(&scratch.0).unwrap();
        assert_eq!(format!("{entries:?}"), format!("ReadDir({:?})", scratch.0));
        let names: BTreeSet<_> = entries.by_ref().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names.len(), 1000);
        assert!(entries.next().is_none());
    }

    fn removed_entries_have_no_metadata(scratch) -> (ErrorKind, String) {
        fs::write(scratch.path("file"), "").unwrap();
        let entry = fs::read_dir(&scratch.0).unwrap().next().unwrap().unwrap();
        fs::remove_file(entry.path()).unwrap();
        assert!(entry.file_type().unwrap().is_file());
        told(entry.metadata())
    }
}
