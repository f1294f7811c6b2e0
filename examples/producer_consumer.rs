//! A kitchen: waiters bring orders to a board with little room, cooks take them from it, and the kitchen closes when each
//! order has been cooked. Who finds the board full, or empty, waits.
//!
//! ```text
//! cargo run --release --example producer_consumer -- --waiters 3 --cooks 4 --orders 10
//! ```
#![allow(clippy::print_stdout, clippy::print_stderr)] // an example talks to its user

use std::process::ExitCode;
use std::time::{Duration, Instant};

use vervet::pool::Group;
use vervet::queue::JoinableQueue;
use vervet::thread::sleep;

#[allow(dead_code)] // nothing can fail here but the settings
#[path = "common/flags.rs"]
mod flags;

const HELP: &str = "  --waiters N   who bring orders [3]
  --cooks N     who cook them [4]
  --orders N    of each waiter [10]
";
const BOARD: usize = 5; // orders that fit on it
const DISHES: [(&str, u64); 4] = [("soup", 20), ("salad", 10), ("curry", 45), ("flan", 30)]; // take so many ms

fn main() -> ExitCode {
    let (mut waiters, mut cooks, mut orders) = (3, 4_usize, 10);
    let read = flags::read(HELP, |name, flag| match name {
        "waiters" => flag.value().map(|n| waiters = n),
        "cooks" => flag.value().map(|n| cooks = n),
        "orders" => flag.value().map(|n| orders = n),
        _ => Err(flag.unknown()),
    });
    let started = read.and_then(|()| vervet::runtime::Builder::new().start().map_err(flags::refuse));
    started.err().unwrap_or_else(|| {
        open(waiters, cooks.max(1), orders);
        ExitCode::SUCCESS
    })
}

fn open(waiters: usize, cooks: usize, orders: usize) {
    let began = Instant::now();
    let board = JoinableQueue::bounded(BOARD);
    let (front, kitchen) = (Group::new(), Group::new());
    for waiter in 1..=waiters {
        let board = board.clone();
        front.spawn(move || {
            for order in 0..orders {
                board.put((waiter, DISHES[(waiter + order) % DISHES.len()])).expect("the board is there");
                sleep(Duration::from_millis(5));
            }
        });
    }
    let cooks: Vec<_> = (1..=cooks)
        .map(|_| {
            let board = board.clone();
            kitchen.spawn(move || board.iter().map(|order| cook(&board, order)).collect::<Vec<_>>())
        })
        .collect();

    front.join();
    println!("all is ordered, {} are not done yet", board.unfinished());
    board.join();
    board.close(); // the cooks go home
    for (n, dishes) in (1..).zip(vervet::join_all(cooks)) {
        let dishes = dishes.unwrap_or_default();
        println!("cook {n} made {:>2}: {}", dishes.len(), dishes.join(" "));
    }
    println!("{} dishes in {} ms", waiters * orders, began.elapsed().as_millis());
}

fn cook(board: &JoinableQueue<(usize, (&str, u64))>, order: (usize, (&'static str, u64))) -> &'static str {
    let (_waiter, (dish, ms)) = order;
    sleep(Duration::from_millis(ms));
    board.task_done();
    dish
}
