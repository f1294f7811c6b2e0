//! The calls of a connection that wait for their answers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::mem;

use vervet::sync::{AsyncResult, Mutex, MutexGuard};

use crate::error::Error;
use crate::value::Value;

#[derive(Default)]
pub(crate) struct Pending(Mutex<Calls>);

type Answer = AsyncResult<Result<Value, Error>>;

#[derive(Default)]
struct Calls {
    last: u32,
    waiting: HashMap<u32, Answer>,
    /// Why there will be no answers any more.
    lost: Option<(io::ErrorKind, String)>,
}

/// One of them. However its caller leaves, it is forgotten.
pub(crate) struct Call<'a> {
    pending: &'a Pending,
    pub(crate) id: u32,
    answer: Answer,
}

impl Pending {
    /// A call with a number that no other one has.
    pub(crate) fn begin(&self) -> io::Result<Call<'_>> {
        let mut calls = self.lock();
        if let Some((kind, why)) = &calls.lost {
            return Err(io::Error::new(*kind, why.clone()));
        }
        loop {
            calls.last = calls.last.wrapping_add(1);
            let id = calls.last;
            if let Entry::Vacant(place) = calls.waiting.entry(id) {
                let answer = place.insert(Answer::new()).clone();
                return Ok(Call { pending: self, id, answer });
            }
        }
    }

    /// Hands an answer to its caller, if he still waits.
    pub(crate) fn end(&self, id: u32, result: Result<Value, Value>) {
        let answer = self.lock().waiting.remove(&id);
        if let Some(answer) = answer {
            let _ = answer.set(result.map_err(Error::Server)); // nobody else has set it
        }
    }

    /// Fails all calls, also those to come.
    pub(crate) fn fail(&self, error: &io::Error) {
        let (kind, why) = (error.kind(), error.to_string());
        let waiting = {
            let mut calls = self.lock();
            calls.lost = Some((kind, why.clone()));
            mem::take(&mut calls.waiting)
        };
        for answer in waiting.into_values() {
            let _ = answer.set(Err(io::Error::new(kind, why.clone()).into()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().expect("nobody panics with it")
    }
}

impl Call<'_> {
    /// Waits for the answer.
    pub(crate) fn wait(self) -> Result<Value, Error> {
        self.answer.take().map_err(io::Error::other)?
    }
}

impl Drop for Call<'_> {
    fn drop(&mut self) {
        self.pending.lock().waiting.remove(&self.id);
    }
}
