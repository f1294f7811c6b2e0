//! What is asked about members, and done to them, the same for `Group` and `Pool`.
//!
//! Uses `pool::crew`.

/// Gives a newtype around an `Arc<Crew>`, which has `join` and `kill`, the rest of what concerns its members.
macro_rules! members {
    ($type:ident) => {
        impl $type {
            /// Takes a member out, as if it were over; the greenlet goes on. Whether it was one.
            pub fn discard(&self, greenlet: &$crate::GreenletRef) -> bool {
                self.0.discard(greenlet)
            }

            /// How many members there are: greenlets that are not over.
            #[must_use]
            pub fn len(&self) -> usize {
                self.0.len()
            }

            /// Whether there is no member.
            #[must_use]
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Whether that greenlet is a member.
            #[must_use]
            pub fn contains(&self, greenlet: &$crate::GreenletRef) -> bool {
                self.0.contains(greenlet)
            }

            /// Whether the code that asks runs in a member. Not so in a greenlet that a member has spawned elsewhere.
            #[must_use]
            pub fn is_member(&self) -> bool {
                self.0.is_member()
            }

            /// The members of this moment, in no particular order.
            #[must_use]
            pub fn greenlets(&self) -> ::std::vec::Vec<$crate::GreenletRef> {
                self.0.members()
            }

            /// As [`join`](Self::join), for at most `d`. Whether it came to that.
            ///
            /// # Cancellation
            /// Blocks here: yes; nothing is lost.
            pub fn join_timeout(&self, d: ::std::time::Duration) -> bool {
                self.0.join($crate::pool::crew::limit(d)).unwrap_or(false)
            }

            /// As [`kill`](Self::kill), but waits for at most `d`. Whether there was no member left then. A `d` of zero only kills.
            ///
            /// # Cancellation
            /// Blocks here: yes. Cut short while it waits, it has killed the members of this moment.
            pub fn kill_timeout(&self, d: ::std::time::Duration) -> bool {
                self.0.kill($crate::pool::crew::limit(d)).unwrap_or(false)
            }
        }
    };
}
pub(super) use members;
