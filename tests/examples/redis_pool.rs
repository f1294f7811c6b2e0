//! The example of cosockets, with a redis-server.

use crate::program::Program;
use crate::servers::run;

#[test]
fn redis_pool_uses_few_connections_again_and_again() {
    let test = "redis_pool::redis_pool_uses_few_connections_again_and_again";
    let Some(mut server) = Program::redis(test) else { return };
    let addr = format!("127.0.0.1:{}", server.port);
    let args = ["--addr", &addr, "--connections", "5", "--greenlets", "50", "--requests", "20"];
    let told = run("redis_pool", &args).end().succeeded();
    assert!(told.starts_with("50 greenlets, 1000 requests, all verified, "), "{told}");
    let numbers = |beginning: &str| -> Vec<u64> {
        let line = told.lines().find(|line| line.contains(beginning)).unwrap_or_else(|| panic!("{told}"));
        line.split([' ', ',']).filter_map(|word| word.parse().ok()).collect()
    };
    let made = numbers("were the first")[0];
    assert!((1..=5).contains(&made), "{told}");
    let [p1, p50, p99, most] = numbers("reused before")[..] else { panic!("{told}") };
    assert!(p1 <= p50 && p50 <= p99 && p99 <= most, "{told}");
    // 1000 requests over five connections: one of them has seen 200 at least.
    assert!((199..1000).contains(&most), "{told}");
    server.stop();
    run("redis_pool", &args).end().refused(1, "refused");
}
