//! `docs/book`: every listing is compiled and run, and what the pages point to is there.
//!
//! The listings themselves are run by `cargo test --doc book`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

const CHAPTERS: [&str; 6] =
    ["1-coroutine.md", "2-event-loop.md", "3-marriage.md", "4-greenlets.md", "5-scheduler.md", "6-monkey.md"];

/// Those and what belongs to them.
const PAGES: [&str; 8] = {
    let [one, two, three, four, five, six] = CHAPTERS;
    ["README.md", one, two, three, four, five, six, "solutions.md"]
};

/// What may stand behind the backticks of a block of code that is Rust. Nothing that keeps it from being compiled and run.
const RUN: [&str; 2] = ["rust", "rust,standalone_crate"];

/// What may stand behind the others.
const NOT_RUST: [&str; 2] = ["text", "console"];

/// A path that is not one of this repository's.
const OF_THE_READER: &str = "src/main.rs";

struct Page {
    name: &'static str,
    text: String,
}

struct Block<'a> {
    info: &'a str,
    lines: Vec<&'a str>,
}

impl Page {
    /// The fenced blocks, and the lines between them.
    fn parts(&self) -> (Vec<Block<'_>>, Vec<&str>) {
        let (mut blocks, mut prose) = (Vec::new(), Vec::new());
        let mut open: Option<Block<'_>> = None;
        for line in self.text.lines() {
            match (line.trim_start().strip_prefix("```"), open.as_mut()) {
                (Some(""), Some(_)) => blocks.extend(open.take()),
                (Some(info), None) => open = Some(Block { info, lines: Vec::new() }),
                (Some(_), Some(block)) => panic!("{}: a fence in a block of {:?}", self.name, block.info),
                (None, Some(block)) => block.lines.push(line),
                (None, None) => prose.push(line),
            }
        }
        assert!(open.is_none(), "{}: the last block has no end", self.name);
        (blocks, prose)
    }

    fn listings(&self) -> impl Iterator<Item = Block<'_>> {
        self.parts().0.into_iter().filter(|block| RUN.contains(&block.info))
    }

    /// Where its links lead: to which file, and to which heading there.
    fn links(&self) -> Vec<(&str, Option<&str>)> {
        let targets = self.parts().1.into_iter().flat_map(|line| line.split("](").skip(1));
        let targets = targets.filter_map(|rest| rest.split(')').next());
        targets
            .map(|to| to.split_once('#').map_or((to, None), |(file, heading)| (file, Some(heading))))
            .collect()
    }

    /// What is set in code within the text.
    fn code(&self) -> impl Iterator<Item = &str> {
        self.parts().1.into_iter().flat_map(|line| line.split('`').skip(1).step_by(2))
    }

    /// Whether it has such a heading, as links name it.
    fn has_heading(&self, wanted: &str) -> bool {
        let headings = self.text.lines().filter_map(|line| line.strip_prefix("## "));
        headings
            .into_iter()
            .any(|heading| heading.to_lowercase().replace('.', "").replace(' ', "-") == wanted)
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn book() -> PathBuf {
    root().join("docs/book")
}

fn pages() -> impl Iterator<Item = Page> {
    PAGES.iter().map(|name| page(name))
}

fn page(name: &'static str) -> Page {
    let text = fs::read_to_string(book().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    Page { name, text }
}

fn chapters() -> impl Iterator<Item = Page> {
    CHAPTERS.iter().map(|name| page(name))
}

#[test]
fn nothing_else_is_there() {
    let there = fs::read_dir(book()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert_eq!(there.collect::<BTreeSet<_>>(), PAGES.iter().map(|name| name.to_string()).collect());
}

#[test]
fn contents_and_footers_are_in_the_order_of_the_chapters() {
    let contents = page("README.md");
    let listed = contents.links().into_iter().map(|(file, _)| file).filter(|file| CHAPTERS.contains(file));
    assert_eq!(listed.collect::<Vec<_>>(), CHAPTERS);
    for (at, chapter) in chapters().enumerate() {
        let before = at.checked_sub(1).map(|before| CHAPTERS[before]);
        let expected = ["solutions.md"].into_iter().chain(before).chain(["README.md"]);
        let expected: Vec<_> = expected.chain(CHAPTERS.get(at + 1).copied()).collect();
        let links: Vec<_> = chapter.links().into_iter().map(|(file, _)| file).collect();
        assert!(links.ends_with(&expected), "{}: not {expected:?}", chapter.name);
    }
}

#[test]
fn every_page_with_listings_is_compiled() {
    let front_page = include_str!("../src/lib.rs");
    for page in pages().filter(|page| page.listings().next().is_some()) {
        let included = format!("#[doc = include_str!(\"../docs/book/{}\")]", page.name);
        assert!(front_page.contains(&included), "not in src/lib.rs: {included}");
    }
    assert!(include_str!("../Cargo.toml").contains("\"docs/book/**\""), "not in the package");
}

#[test]
fn every_block_is_run_or_is_no_rust() {
    for page in pages() {
        for block in page.parts().0 {
            let known = RUN.contains(&block.info) || NOT_RUST.contains(&block.info);
            assert!(known, "{}: a block of {:?}", page.name, block.info);
            let looks_like_rust =
                block.lines.iter().any(|line| line.starts_with("use ") && line.ends_with(';'));
            assert!(RUN.contains(&block.info) || !looks_like_rust, "{}: Rust as {:?}", page.name, block.info);
        }
    }
}

#[test]
fn every_listing_asserts_what_it_shows() {
    for page in pages() {
        let mut listings = 0;
        for listing in page.listings() {
            listings += 1;
            let asserts = listing.lines.iter().any(|line| line.contains("assert"));
            assert!(asserts, "{}: asserts nothing:\n{}", page.name, listing.lines.join("\n"));
            let hidden = listing.lines.iter().find(|line| line.starts_with("# "));
            assert_eq!(hidden, None, "{}: rustdoc would hide it, others would not", page.name);
        }
        assert!(listings >= 2 || page.name == "README.md", "{}: {listings} listings", page.name);
    }
}

#[test]
fn every_chapter_has_its_parts_and_solutions() {
    let wanted = ["The problem", "The smallest program", "What happens inside", "What it costs", "Exercises"];
    let solutions = page("solutions.md");
    let mut solved = solutions.text.split("\n## ").skip(1);
    for chapter in chapters() {
        let (_, prose) = chapter.parts();
        let headings = prose.iter().filter_map(|line| line.strip_prefix("## "));
        let parts: Vec<_> = headings.filter(|heading| wanted.contains(heading)).collect();
        assert_eq!(parts, wanted, "{}", chapter.name);
        let solution = solved.next().unwrap_or_else(|| panic!("{}: no solutions", chapter.name));
        assert_eq!(
            solution.lines().next(),
            chapter.text.lines().next().and_then(|title| title.strip_prefix("# "))
        );
        assert!(solution.contains("\n```rust\n"), "{}: no solution is compiled", chapter.name);
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for page in pages() {
        for (file, heading) in page.links() {
            assert!(!file.contains("://"), "{}: {file}: sources are named, not linked", page.name);
            let target = book().join(file);
            assert!(target.exists(), "{}: {file}", page.name);
            if let Some(heading) = heading {
                let target = pages().find(|page| page.name == file).expect("only pages have headings");
                assert!(target.has_heading(heading), "{}: {file}#{heading}", page.name);
            }
            seen += 1;
        }
    }
    assert!(seen > 50, "the links were not found");
}

#[test]
fn every_path_that_is_named_exists() {
    let folders = ["src/", "tests/", "benches/", "models/", "docs/", "ci/", "examples/"];
    for page in pages() {
        let ours = page.code().filter(|code| folders.iter().any(|folder| code.starts_with(folder)));
        for path in ours.filter(|path| *path != OF_THE_READER) {
            assert!(root().join(path).exists(), "{}: {path}", page.name);
        }
    }
}

/// Each word of a command with the next one.
fn options(command: &str) -> impl Iterator<Item = (&str, &str)> {
    command.split(' ').zip(command.split(' ').skip(1))
}

#[test]
fn every_command_names_what_exists() {
    let mut seen = 0;
    for page in pages() {
        for (option, name) in page.code().flat_map(options) {
            let folder = match option {
                "--bench" => "benches",
                "--test" => "tests",
                "--example" => "examples",
                _ => continue,
            };
            let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/main.rs")];
            let exists = places.iter().any(|place| root().join(place).is_file());
            assert!(exists, "{}: {option} {name}", page.name);
            seen += 1;
        }
    }
    assert!(seen > 10, "the commands were not found");
}

/// What says how long it is does not take more, and is not squeezed.
#[test]
fn so_many_lines_are_no_more() {
    let mut checked = 0;
    for page in pages() {
        for listing in page.listings() {
            let promise = listing.lines[0].strip_suffix(" lines.").and_then(|line| line.rsplit(' ').next());
            let Some(promise) = promise else { continue };
            let code = listing.lines.iter().map(|line| line.trim());
            let code = code.take_while(|line| *line != "// Somebody who uses it.");
            let lines = code.filter(|line| !line.is_empty() && !line.starts_with("//")).count();
            assert!(lines <= promise.parse().unwrap(), "{}: {lines} lines, not {promise}", page.name);
            let squeezed = listing.lines.iter().find(|line| line.len() > 110 || line.contains("; let "));
            assert_eq!(squeezed, None, "{}", page.name);
            checked += 1;
        }
    }
    assert_eq!(checked, 2, "the listings were not found");
}
