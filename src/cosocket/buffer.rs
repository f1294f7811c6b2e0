//! What was received and not yet taken.
//!
//! Uses nothing.

/// As much as one receiving call asks for at least, and as much as an idle connection holds at most.
const BLOCK: usize = 8 << 10;

/// See the module's documentation.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    /// All of it has a value; what counts is from `start` to `end`.
    bytes: Vec<u8>,
    start: usize,
    end: usize,
}

impl Buffer {
    pub(super) fn filled(&self) -> &[u8] {
        &self.bytes[self.start..self.end]
    }

    pub(super) fn len(&self) -> usize {
        self.end - self.start
    }

    pub(super) fn is_empty(&self) -> bool {
        self.start == self.end
    }

    /// Where more can be received to; `add` tells how much there is of it then.
    pub(super) fn room(&mut self) -> &mut [u8] {
        if self.bytes.len() - self.end < BLOCK / 2 && self.start > 0 {
            self.bytes.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        if self.bytes.len() - self.end < BLOCK / 2 {
            self.bytes.resize((2 * self.bytes.len()).max(BLOCK), 0);
        }
        &mut self.bytes[self.end..]
    }

    pub(super) fn add(&mut self, count: usize) {
        assert!(count <= self.bytes.len() - self.end, "received more than there was room for");
        self.end += count;
    }

    /// Takes out the first `count` bytes.
    pub(super) fn take(&mut self, count: usize) -> Vec<u8> {
        let taken = if self.start == 0 && count == self.end && 2 * count > self.bytes.len().max(BLOCK) {
            // Most of it: the memory changes hands.
            let mut taken = std::mem::take(&mut self.bytes);
            taken.truncate(count);
            self.end = 0;
            return taken;
        } else {
            self.filled()[..count].to_vec()
        };
        self.skip(count);
        taken
    }

    /// Drops the first `count` bytes.
    pub(super) fn skip(&mut self, count: usize) {
        assert!(count <= self.len(), "skips more than there is");
        self.start += count;
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        }
    }

    /// Gives back memory that an idle connection does not need.
    pub(super) fn shrink(&mut self) {
        if self.is_empty() && self.bytes.len() > BLOCK {
            *self = Buffer::default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out_in_order() {
        let mut buffer = Buffer::default();
        let (mut put, mut taken) = (0_usize, 0_usize);
        // Pieces of all sizes, taken later and in others: it grows, moves, and hands over.
        for round in 0..2_000_usize {
            let piece = round * 37 % 3_000;
            let room = buffer.room();
            let piece = piece.min(room.len());
            for byte in &mut room[..piece] {
                *byte = (put % 251) as u8;
                put += 1;
            }
            buffer.add(piece);
            let out = if round % 50 == 49 { buffer.len() } else { (round * 17 % 1_400).min(buffer.len()) };
            for byte in buffer.take(out) {
                assert_eq!(byte, (taken % 251) as u8);
                taken += 1;
            }
        }
        let rest = buffer.len();
        buffer.skip(rest);
        buffer.shrink();
        assert!(put > 1_000_000 && put == taken + rest && buffer.bytes.len() <= BLOCK);
    }
}
