// Folders and what lies in them: made, listed, linked, moved, removed.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::{DirBuilderExt, DirEntryExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::{env, process};

fn show<T: std::fmt::Debug>(what: &str, result: io::Result<T>) {
    match result {
        Ok(value) => println!("{what}: {value:?}"),
        Err(error) => println!("{what}: {:?}: {error}", error.kind()),
    }
}

fn list(dir: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        let kind = if kind.is_dir() {
            '/'
        } else if kind.is_symlink() {
            '@'
        } else {
            ' '
        };
        assert_eq!(entry.path(), dir.join(entry.file_name()));
        assert_eq!(entry.metadata()?.ino(), entry.ino());
        names.push(format!("{}{kind}", entry.file_name().display()));
    }
    names.sort();
    Ok(names)
}

fn main() -> io::Result<()> {
    let dir = env::temp_dir().join(format!("dual-{}-folders", process::id()));
    show("make", fs::create_dir(&dir));
    show("make again", fs::create_dir(&dir));
    show("make a deep one", fs::create_dir(dir.join("a/b/c")));
    show("make all", fs::create_dir_all(dir.join("a/b/c")));
    show("make all again", fs::create_dir_all(dir.join("a/b/c")));
    show("private", DirBuilder::new().mode(0o700).create(dir.join("private")));
    println!("{:o}", fs::metadata(dir.join("private"))?.permissions().mode());
    show("recursive", DirBuilder::new().recursive(true).create(dir.join("x/y")));

    show("write", fs::write(dir.join("file"), b"content"));
    show("copy", fs::copy(dir.join("file"), dir.join("copy")));
    show("copy a folder", fs::copy(&dir, dir.join("no")));
    show("hard link", fs::hard_link(dir.join("file"), dir.join("link")));
    println!("{}", fs::metadata(dir.join("link"))?.nlink());
    show("symlink", symlink("file", dir.join("symlink")));
    show("read link", fs::read_link(dir.join("symlink")));
    show("read no link", fs::read_link(dir.join("file")));
    show("through it", fs::read_to_string(dir.join("symlink")));
    println!("{:?}", fs::symlink_metadata(dir.join("symlink"))?.is_symlink());
    show("dangling", symlink("nowhere", dir.join("dangling")));
    println!("{} {}", fs::exists(dir.join("dangling"))?, fs::exists(dir.join("copy"))?);
    println!("{}", fs::canonicalize(dir.join("a/../symlink"))? == fs::canonicalize(dir.join("file"))?);
    show("rename", fs::rename(dir.join("copy"), dir.join("a/moved")));
    show("rename nothing", fs::rename(dir.join("copy"), dir.join("b")));
    show("list", list(&dir));
    show("list nothing", list(&dir.join("nothing")));
    show("list a file", list(&dir.join("file")));
    show("list a", list(&dir.join("a")));
    println!("{:?}", fs::read_dir(dir.join("x/y"))?.next().is_none());

    show("remove a full one", fs::remove_dir(dir.join("a")));
    show("remove an empty one", fs::remove_dir(dir.join("x/y")));
    show(
        "remove a folder as a file",
        fs::remove_file(dir.join("x")).map_err(|error| error.kind()).map_err(io::Error::from),
    );
    show("remove a file as a folder", fs::remove_dir(dir.join("file")));
    show("remove the link's folder", fs::remove_dir_all(dir.join("symlink")));
    show("remove all", fs::remove_dir_all(dir.join("a")));
    show("remove all of nothing", fs::remove_dir_all(dir.join("a")));
    let mut permissions = fs::metadata(dir.join("file"))?.permissions();
    permissions.set_mode(0o444);
    show("permissions", fs::set_permissions(dir.join("file"), permissions));
    println!("{}", fs::metadata(dir.join("file"))?.permissions().readonly());
    fs::remove_dir_all(dir)
}
