//! Runs every model.

macro_rules! models {
    ($($area:ident { $($model:ident)* })*) => {$(
        mod $area {
            $(
                #[test]
                fn $model() {
                    vervet_models::$area::$model();
                }
            )*
        }
    )*};
}

models! {
    exit {
        abandoned_result_is_dropped_once
        callback_runs_exactly_once
        end_publishes
        joiner_gives_up
        joiner_is_woken_or_told
        last_reference_frees
        task_is_woken_or_told
    }
    inbox {
        nothing_lost_nothing_doubled
        taken_items_go_round
    }
    parking {
        disarmed_or_notified
        kill_against_wake_against_timeout
        kill_before_during_after_arm
        late_notification_misses_the_next_wait
        one_of_two_wakers_wins
        shield_puts_a_kill_off
    }
    signal {
        signal_of_an_earlier_wait
        wake_against_deadline
        wake_against_kill
    }
    sleep {
        announce_against_push
        call_against_other_news
        last_searcher_gives_up_against_spawn
        nap_against_spawn
        rest_of_a_batch
    }
    token {
        two_unparks_for_one_parker
        unpark_against_another_end
        unpark_before_during_after_park
    }
}
