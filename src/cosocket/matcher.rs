//! Finding a pattern in bytes that come piece by piece.
//!
//! Uses nothing.
//!
//! Knuth, Morris and Pratt: after each byte the matcher knows the longest beginning of the pattern that the bytes so far end
//! with. So no byte is looked at twice, and a pattern that overlaps itself (`aab` in `aaab`) is found however the bytes are cut.

/// See the module's documentation.
#[derive(Clone, Debug)]
pub(super) struct Matcher {
    pattern: Box<[u8]>,
    /// For each length of a matched beginning, the length of the longest shorter beginning that it ends with.
    falls: Box<[usize]>,
    /// How many bytes of the pattern are matched.
    matched: usize,
}

impl Matcher {
    /// A matcher for a pattern that is not empty.
    pub(super) fn new(pattern: &[u8]) -> Matcher {
        let mut falls = vec![0; pattern.len() + 1];
        let mut length = 0;
        for at in 1..pattern.len() {
            while length > 0 && pattern[at] != pattern[length] {
                length = falls[length];
            }
            length += usize::from(pattern[at] == pattern[length]);
            falls[at + 1] = length;
        }
        Matcher { pattern: pattern.into(), falls: falls.into(), matched: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.pattern.len()
    }

    /// How many of the last bytes may turn out to be the beginning of the pattern.
    pub(super) fn matched(&self) -> usize {
        self.matched
    }

    /// Forgets what it has seen.
    pub(super) fn reset(&mut self) {
        self.matched = 0;
    }

    /// Looks at more bytes. Answers the number of those up to the end of the pattern, and is ready to look for the next one.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        for (at, &byte) in bytes.iter().enumerate() {
            while self.matched > 0 && byte != self.pattern[self.matched] {
                self.matched = self.falls[self.matched];
            }
            self.matched += usize::from(byte == self.pattern[self.matched]);
            if self.matched == self.pattern.len() {
                self.matched = 0;
                return Some(at + 1);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pattern and every text of `a` and `b` up to some length, whole and byte by byte.
    #[test]
    fn finds_what_a_search_from_each_place_finds() {
        let texts = |longest: u32| {
            (0..=longest).flat_map(move |length| {
                (0..1_u32 << length).map(move |bits| -> Vec<u8> {
                    (0..length).map(|at| b'a' + (bits >> at & 1) as u8).collect()
                })
            })
        };
        let mut found = 0;
        for pattern in texts(5).filter(|pattern| !pattern.is_empty()) {
            let fresh = Matcher::new(&pattern);
            for text in texts(10) {
                let expected =
                    text.windows(pattern.len()).position(|w| w == pattern).map(|at| at + pattern.len());
                assert_eq!(fresh.clone().feed(&text), expected);
                let mut slow = fresh.clone();
                let by_byte = text.iter().position(|&byte| slow.feed(&[byte]).is_some()).map(|at| at + 1);
                assert_eq!(by_byte, expected);
                found += u32::from(expected.is_some());
            }
        }
        assert!(found > 10_000);
    }

    #[test]
    fn knows_what_may_become_the_pattern() {
        let mut matcher = Matcher::new(b"aabaaac");
        assert_eq!((matcher.feed(b"xaabaa"), matcher.matched()), (None, 5));
        assert_eq!((matcher.feed(b"b"), matcher.matched()), (None, 3));
        assert_eq!((matcher.feed(b"aaacaa"), matcher.matched()), (Some(4), 0));
    }
}
