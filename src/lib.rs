//! Green threads and std-shaped blocking I/O.
mod greenlet;
pub mod net;
pub mod os;
mod sys;
mod wait;

pub use greenlet::offload;
