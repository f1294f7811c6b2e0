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
    channel {
        all_is_received_then_the_end
        cut_short_receive_loses_nothing
        killed_send_is_received_or_taken_back
        line_goes_on_without_the_killed
        message_against_registration
        message_goes_with_the_receiver_or_comes_back
        rendezvous_takes_place_or_not
        room_is_given_away_at_once
        room_is_passed_on
        sender_that_looks_again_is_not_lost
        waiting_sender_hears_of_the_end
    }
    condvar {
        notify_against_deadline
        notify_against_kill
        notify_against_wait
        notify_all_against_wait
    }
    event {
        clear_against_set
        pulse_against_wait
        set_against_kill
        set_against_wait
    }
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
    mpmc {
        close_against_both
        done_against_join
        frozen_means_still
        getter_that_looks_again_is_not_lost
        item_against_a_getter
        item_against_a_look
        items_change_hands_past_the_lock
        killed_getter_against_put
        killed_putter_against_get
        line_goes_on_without_the_killed
        one_for_each_getter
        room_against_a_putter
        waiting_putter_hears_of_the_end
    }
    mutex {
        handed_over
        handing_over_against_kill
        one_at_a_time
        unlock_against_kill
    }
    once {
        cut_short_then_done
        done_once
        end_against_kill
        poisoned
    }
    parking {
        disarmed_or_notified
        kill_against_wake_against_timeout
        kill_before_during_after_arm
        late_notification_misses_the_next_wait
        one_of_two_wakers_wins
        shield_puts_a_kill_off
    }
    promise {
        set_against_get
        set_against_kill
        set_against_link
        set_against_poll
        take_against_look
    }
    queue {
        wake_against_kill
    }
    rwlock {
        admission_against_kill
        downgrade_lets_readers_in
        killed_writer_lets_readers_in
        readers_and_writers
    }
    select {
        deadline_against_hand_over
        killed_selection_takes_one_or_none
        pulse_or_permit
        selection_takes_one
        who_loses_makes_way
    }
    semaphore {
        hand_over_against_another_end
        one_at_a_time
        served_or_refused
        who_leaves_makes_way
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
