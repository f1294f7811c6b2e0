//! The rows of `std.tsv`.

/// One stable item of std.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    /// The path without `std::`, or `type: impl …` as the documentation has it.
    pub(crate) item: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) since: &'static str,
    pub(crate) mark: Mark,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    Implemented,
    ReExported,
    /// With the reason.
    LeftOut(&'static str),
}

/// All rows. Panics, naming the line, where a column or a reason is missing.
pub(crate) fn rows() -> Vec<Row> {
    include_str!("std.tsv").lines().map(row).collect()
}

fn row(line: &'static str) -> Row {
    let columns: Vec<_> = line.split('\t').collect();
    let (item, kind, since, mark) = match columns[..] {
        [item, kind, since, "implemented"] => (item, kind, since, Mark::Implemented),
        [item, kind, since, "re-exported"] => (item, kind, since, Mark::ReExported),
        [item, kind, since, "left out", reason] if reason.len() > 10 => {
            (item, kind, since, Mark::LeftOut(reason))
        }
        _ => panic!("std.tsv: no mark, or no reason: {line:?}"),
    };
    Row { item, kind, since, mark }
}

impl Row {
    /// Whether the item can be std's own. Paths are nobody's, and members are their type's.
    pub(crate) fn has_identity(&self) -> bool {
        matches!(self.kind, "struct" | "enum" | "trait" | "fn" | "type")
    }
}
