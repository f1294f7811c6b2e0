#!/usr/bin/env bash
# Proves that behaviour does not depend on the scheduler: runs the behaviour tests again with every greenlet on may's. What is
# left out has a reason, and has to fail: a test that would pass belongs to the others.
set -euo pipefail
cd "$(dirname "$0")/.."

local_="calls spawn_local, which needs a worker to stay on; a greenlet on may has none"
neighbours="is about greenlets of one OS thread, and starts them with spawn_local"
own_program="runs a program of its own, which does not allow may"
order="the order in which may's workers run what is new and what is ready is may's"
workers="looks at the loads of vervet's workers"
stacks="needs more stacks than may can have at the default vm.max_map_count"

# A line each: the test's file, its name, why it is left out.
left_out() {
    cat <<LIST
balance connections_at_once_are_spread $workers
balance connections_one_by_one_are_spread $workers
balance connections_with_pauses_are_spread $workers
balance new_connections_go_where_old_ones_have_left $workers
coroutine blocking::handed_from_greenlet_to_greenlet $local_
coroutine blocking::is_normal_while_its_greenlet_is_parked_in_it $neighbours
coroutine blocking::sleeping_inside_lets_the_neighbours_run $neighbours
coroutine switch::another_greenlet_is_elsewhere $local_
examples crawler_finds_each_page_once_and_what_is_broken $own_program
examples demo_compares_both_sides $own_program
examples demo_opens_what_the_descriptors_allow $own_program
examples echo_client_verifies_echo_server $own_program
examples echo_client_without_a_server $own_program
examples echo_server_on_a_taken_port $own_program
examples fetch_all_is_as_slow_as_the_slowest $own_program
examples many_sleeps_takes_as_long_as_the_longest $own_program
examples producer_consumer_cooks_what_was_ordered $own_program
fairness one_yield_lets_new_greenlets_run $order
fs neighbours::long_reads_do_not_hold_neighbours_up $neighbours
future places::local_ones_share_what_is_not_send $local_
gevent kills::kill_before_first_run $local_
gevent kills::kill_waits $local_
gevent kills::kill_without_waiting $local_
gevent greenlets::spawn_is_queued $local_
gevent pools::threadpool_apply_lets_others_run $local_
gevent queues::channel_is_a_rendezvous $local_
gevent queues::queue_put_blocks_when_full $local_
gevent sync::event_wakes_all $local_
gevent waiting::idle_comes_last $local_
gevent waiting::killall_all $local_
gevent waiting::sleep_zero_interleaves $local_
greenlet handles::spawn_sites_are_the_callers $local_
greenlet many::idle_comes_after_everything_else $local_
greenlet many::yield_now_lets_each_have_its_turn $local_
greenlet spawning::hundred_thousand_at_once $stacks
greenlet spawning::spawn_local_killed_before_it_runs_drops_its_closure_here $local_
greenlet spawning::spawn_local_shares_what_is_not_send $local_
greenlet spawning::spawn_runs_nothing_itself $local_
idle idle_connections_cause_no_context_switches may's workers wake up every 10 ms to look for something to steal
lineage a_local_greenlet_has_both $local_
million a_million_sleepers $stacks
mpsc shared::receivers_of_one_worker_wait_beside_each_other $local_
overflow local_greenlet_is_told $local_
panic a_destructor_that_kills_and_joins_during_a_panic $neighbours
panic a_kill_during_a_panic_changes_nothing $neighbours
panic a_kill_reaches_a_neighbour_at_once $neighbours
panic a_lock_held_across_the_beginning_of_a_neighbours_panic $neighbours
panic a_neighbour_that_spins_is_killed_in_the_end $neighbours
panic a_neighbour_that_waited_already_is_killed_at_once $neighbours
panic a_neighbour_that_waits_meanwhile_is_killed_in_the_end $neighbours
panic a_neighbours_mutex_is_not_poisoned_but_that_of_the_panicking_one_is $neighbours
panic a_neighbours_timeout_comes_in_the_end $neighbours
panic a_scope_whose_body_panics_beside_others $neighbours
panic neighbours_go_on $neighbours
panic neighbours_panic_too $neighbours
panic neighbours_see_nothing_of_a_panic_and_the_panicking_one_all_of_it $neighbours
panic several_are_stuck_and_end_in_any_order $neighbours
panic who_catches_his_kill_beside_a_panic_dies_all_the_same $neighbours
panic who_catches_his_panic_beside_a_panic_can_be_killed $neighbours
panic_shared kills_and_timeouts_of_neighbours_come_in_the_end $neighbours
panic_shared locks_are_not_poisoned_by_a_neighbour $neighbours
panic_shared neighbours_go_on $neighbours
panic_shared several_are_stuck_and_end_in_any_order $neighbours
parallel all_workers_take_part may wakes no other worker for what waits behind a busy one's greenlet
pinned greenlets_stay_on_their_thread greenlets on may do not
process fifty_at_once_take_as_long_as_one $neighbours
runtime metrics_count_what_waits $workers
scoped_value greenlets_of_one_worker_do_not_see_each_others $neighbours
scoped_value inherited_by_a_greenlet_that_is_not_send $local_
sync poison::a_neighbours_panic_does_not_poison $neighbours
sync_wake fresh_greenlets_are_taken_from_a_busy_worker may wakes no other worker for what waits behind a busy one's greenlet
syscalls echo_takes_few_system_calls counts what vervet's own scheduler needs
thread contexts::a_parked_greenlet_does_not_block_its_worker $neighbours
thread contexts::current_is_the_greenlet_however_it_was_started $local_
timeout neighbours_are_not_touched $local_
LIST
}

# Without the feature nothing of may is built.
if cargo tree --edges normal,build,dev --prefix none | grep -q '^may v'; then
    echo "may is a dependency without the feature"
    exit 1
fi
cargo tree --features may --prefix none | grep -q '^may v'

declare -A skips=()
while read -r file test _; do
    skips[$file]+=" --skip $test"
done < <(left_out)

export VERVET_SCHEDULER=may
cargo test --quiet --features may,tls --no-run
for file in tests/*.rs tests/*/main.rs; do
    name=${file#tests/}
    name=${name%/main.rs}
    name=${name%.rs}
    # shellcheck disable=SC2086 # a list of words
    timeout 300 cargo test --quiet --features may,tls --test "$name" -- --exact ${skips[$name]:-}
done

# Complains of a line of the list whose test does not fail. Most of those that fail wait in vain, so several run at once.
must_fail() {
    local file test why output
    read -r file test why <<<"$1"
    if output=$(timeout 20 cargo test --quiet --features may,tls --test "$file" -- --exact "$test" 2>&1); then
        echo "$file $test passes on may, and is left out ($why)"
        return 1
    elif grep -q "running 0 tests" <<<"$output"; then
        echo "$file $test is left out, and there is no such test"
        return 1
    fi
}
export -f must_fail
left_out | xargs --delimiter '\n' --max-args 1 --max-procs 4 bash -c 'must_fail "$1"' _
