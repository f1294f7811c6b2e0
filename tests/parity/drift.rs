//! The list agrees with the documentation of the installed std: what a new std brings is noticed here.
//!
//! Read is rustdoc's HTML, which the component `rust-docs` puts beside the compiler: it tells stable from unstable, what is of
//! Linux, and since when. Without it there is nothing to compare with.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use crate::data::{Mark, rows};

/// What vervet mirrors, with all that is below.
const MIRRORED: [&str; 8] = ["net", "thread", "sync", "io", "fs", "process", "time", "os"];

/// Item, kind, since.
type Found = (String, String, String);

#[test]
fn the_list_is_what_std_has() {
    let Some(docs) = installed() else { return };
    let rows = rows();
    let with_members = rows
        .iter()
        .filter(|row| {
            let is_member = |item: &str| {
                let rest = item.strip_prefix(row.item);
                rest.is_some_and(|rest| rest.starts_with("::") || rest.starts_with(": "))
            };
            row.has_identity()
                && (row.mark == Mark::Implemented || rows.iter().any(|row| is_member(row.item)))
        })
        .map(|row| row.item);
    let reader = Reader { root: docs, with_members: with_members.collect(), unstable: RefCell::default() };
    let std = reader.all();
    assert!(std.len() > 1000, "rustdoc's pages look different now: only {} items understood", std.len());

    let listed = rows.iter().map(|row| (row.item.into(), row.kind.into(), row.since.into()));
    let listed: BTreeSet<Found> = listed.collect();
    let show = |rows: Vec<&Found>| {
        rows.iter().map(|(item, kind, since)| format!("{item}\t{kind}\t{since}\n")).collect::<String>()
    };
    let new = show(std.difference(&listed).collect());
    let gone = show(listed.difference(&std).collect());
    assert!(new.is_empty() && gone.is_empty(), "std has, and std.tsv has not:\n{new}\nthe reverse:\n{gone}");
}

/// The folder of std's pages. Where it is missing, that is said, and is a failure only where rustup would bring it and a
/// machine is meant to check everything.
fn installed() -> Option<PathBuf> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let sysroot = Command::new(rustc).args(["--print", "sysroot"]).output().unwrap();
    assert!(sysroot.status.success(), "{sysroot:?}");
    let docs = Path::new(str::from_utf8(&sysroot.stdout).unwrap().trim()).join("share/doc/rust/html/std");
    if docs.is_dir() {
        return Some(docs);
    }
    let has_rustup = Command::new("rustup").arg("--version").output().is_ok_and(|it| it.status.success());
    assert!(!(env::var_os("CI").is_some() && has_rustup), "no documentation: rustup component add rust-docs");
    // Past the test harness, which shows only what failing tests print.
    let _ = writeln!(stderr(), "skipped: without {} std.tsv is not compared with std", docs.display());
    None
}

struct Reader {
    root: PathBuf,
    /// The types and traits whose members are rows.
    with_members: BTreeSet<&'static str>,
    /// Pages seen, and whether their item is unstable.
    unstable: RefCell<HashMap<PathBuf, bool>>,
}

/// A `<section>`: its id, its content, and the notes on stability and platform behind it.
struct Section<'a> {
    id: &'a str,
    content: &'a str,
    notes: &'a str,
}

impl Reader {
    fn all(&self) -> BTreeSet<Found> {
        let mut found = Vec::new();
        for module in MIRRORED {
            self.module(module, &mut found);
        }
        if self.root.join("macro.thread_local.html").exists() {
            found.push(("thread_local".into(), "macro".into(), "1.0.0".into()));
        }
        // Blocks for different types may have methods of one name.
        let mut names = BTreeMap::new();
        let numbered = found.into_iter().map(|(item, kind, since)| {
            let number = names.entry(item.clone()).and_modify(|n| *n += 1).or_insert(1);
            (if *number > 1 { format!("{item} ({number})") } else { item }, kind, since)
        });
        numbered.collect()
    }

    fn folder(&self, module: &str) -> PathBuf {
        self.root.join(module.replace("::", "/"))
    }

    fn module(&self, module: &str, found: &mut Vec<Found>) {
        let folder = self.folder(module);
        let page = read(&folder.join("index.html"));
        let heading = between(&page, "main-heading", "top-doc").unwrap_or(&page);
        let heading = heading.split("<h2").next().unwrap_or(heading);
        if heading.contains("stab unstable") {
            return;
        }
        let module_since = since(heading).unwrap_or("1.0.0").to_owned();
        found.push((module.into(), "mod".into(), module_since.clone()));
        for entry in page.split("<dt").skip(1) {
            let entry = entry.split("</dt>").next().unwrap();
            if entry.contains("stab unstable") {
                continue;
            }
            let Some(title) = between(entry, "title=\"", "\"") else { continue };
            let Some((kind, path)) = title.split_once(" std::") else { continue };
            let name = path.rsplit("::").next().unwrap();
            if entry.contains("pub use ") {
                let item = if entry.contains("::*;") {
                    format!("{module}: use {path}::*")
                } else {
                    format!("{module}::{name}")
                };
                found.push((item, "use".into(), module_since.clone()));
                continue;
            }
            match kind {
                "mod" if of_linux(entry) => self.module(&format!("{module}::{name}"), found),
                "struct" | "enum" | "trait" | "fn" | "type" | "constant" => {
                    let href = between(entry, "href=\"", "\"").unwrap();
                    let page = read(&folder.join(href));
                    let since = since(between(&page, "main-heading", "item-decl").unwrap());
                    let since = since.unwrap_or(&module_since).to_owned();
                    let item = format!("{module}::{name}");
                    let kind = if kind == "constant" { "const" } else { kind };
                    found.push((item.clone(), kind.into(), since.clone()));
                    if self.with_members.contains(&*item) {
                        self.members(&folder, &item, kind, &page, &since, found);
                    }
                }
                _ => {}
            }
        }
    }

    fn members(
        &self,
        folder: &Path,
        item: &str,
        kind: &str,
        page: &str,
        type_since: &str,
        found: &mut Vec<Found>,
    ) {
        let mut add = |name: &str, kind: &str, text: &str| {
            let since = since(text).unwrap_or(type_since);
            found.push((format!("{item}::{name}"), kind.into(), since.into()));
        };
        let (own, implementations) = if kind == "trait" {
            let all = page.split("id=\"foreign-impls\"").last().unwrap();
            let body = page.split("id=\"implementors\"").next().unwrap();
            (body.split("id=\"foreign-impls\"").next().unwrap(), all)
        } else {
            let until = ["id=\"synthetic-impl", "id=\"blanket-impl", "id=\"deref-methods"];
            let end = until.iter().filter_map(|end| page.find(end)).min().unwrap_or(page.len());
            page[..end].split_once("id=\"trait-implementations-list\"").unwrap_or((&page[..end], ""))
        };
        for field in own.split("id=\"structfield.").skip(1) {
            add(field.split('"').next().unwrap(), "field", "");
        }
        let mut of_linux_block = true;
        for section in sections(own) {
            if section.id.starts_with("impl-") {
                of_linux_block = of_linux(section.content);
            }
            let Some((class, name)) = section.id.split_once('.') else { continue };
            if section.notes.contains("stab unstable") || !of_linux(section.notes) || !of_linux_block {
                continue;
            }
            let name = name.split('-').next().unwrap();
            match class {
                "method" | "tymethod" => add(name, "method", section.content),
                "associatedtype" => add(name, "associated type", section.content),
                "associatedconstant" => add(name, "associated constant", section.content),
                "variant" => add(name, "variant", section.content),
                _ => {}
            }
        }
        for section in sections(implementations).filter(|section| section.id.starts_with("impl-")) {
            let header = between(section.content, "<h3 class=\"code-header\">", "</h3>").unwrap();
            let text = text(header);
            // Destructors are no one's to call, and the auto traits, had or not, are compared by themselves.
            let of_trait = text.split(" for ").next().unwrap();
            if of_trait.ends_with(" Drop")
                || of_trait.contains(" !")
                || !of_linux(section.content)
                || self.names_unstable(folder, header)
            {
                continue;
            }
            let since = since(section.content).unwrap_or(type_since);
            found.push((format!("{item}: {text}"), "impl".into(), since.into()));
        }
    }

    /// Whether something that the header links to is unstable, or of another system.
    fn names_unstable(&self, folder: &Path, header: &str) -> bool {
        let links = header.split("href=\"").skip(1).map(|rest| rest.split(['"', '#']).next().unwrap());
        links.filter(|link| link.ends_with(".html") && !link.contains("primitive.")).any(|link| {
            let page = fs::canonicalize(folder.join(link)).unwrap();
            *self.unstable.borrow_mut().entry(page).or_insert_with_key(|page| {
                let text = read(page);
                let declaration = text.split("item-decl").nth(1).unwrap();
                let declaration = declaration.split("class=\"toggle top-doc\"").next().unwrap();
                let path = page.to_str().unwrap();
                // Long declarations show members, with notes of their own, behind.
                let notes = declaration.get(..6000).unwrap_or(declaration);
                notes.contains("stab unstable") || path.contains("/os/windows") || path.contains("/os/wasi")
            })
        })
    }
}

fn read(page: &Path) -> String {
    fs::read_to_string(page).unwrap_or_else(|error| panic!("{}: {error}", page.display()))
}

fn sections(page: &str) -> impl Iterator<Item = Section<'_>> {
    page.split("<section id=\"").skip(1).filter_map(|rest| {
        let (id, rest) = rest.split_once('"')?;
        let (content, rest) = rest.split_once("</section>")?;
        let notes = rest.split("<div class=\"docblock\"").next()?.split("</summary>").next()?;
        Some(Section { id, content, notes })
    })
}

/// Whether the note on platforms, if there is one, does not exclude Linux.
fn of_linux(html: &str) -> bool {
    let Some(note) = html.split("stab portability\"").nth(1) else { return true };
    let note = text(note.split_once('>').unwrap().1.split("</div>").next().unwrap());
    let foreign = ["Windows", "WASI", "Apple", "macOS"].iter().any(|system| note.contains(system));
    !foreign || ["Unix", "Linux", "neither", "non-", "and not"].iter().any(|word| note.contains(word))
}

fn since(html: &str) -> Option<&str> {
    between(html, "Stable since Rust version ", "\"").map(|all| all.split(',').next().unwrap())
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> Option<&'a str> {
    text.split_once(start)?.1.split(end).next()
}

/// What a reader sees, on one line.
fn text(html: &str) -> String {
    let html = html.replace("<div class=\"where\">", " ");
    let mut text = String::new();
    for part in html.split('<') {
        text.push_str(part.split_once('>').map_or(part, |(_, text)| text));
    }
    for (entity, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&#39;", "'"), ("&quot;", "\""), ("&amp;", "&")] {
        text = text.replace(entity, plain);
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" ⓘ", "")
}
