//! What the store promises, run on both databases: each case becomes `sqlite::NAME` and `postgres::NAME`.

#![expect(clippy::unwrap_used, reason = "a test ends at the first thing that is not as it must be")]

mod actions;
mod administration;
mod begin;
mod calls;
mod campaigns;
mod exports;
mod import;
mod imports;
mod lists;
mod open;
mod random;
mod slots;
mod world;

macro_rules! contract {
    ($($module:ident :: $name:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::world::World::sqlite().await).await; })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { crate::$module::$name(crate::world::World::postgres().await).await; })*
        }
    };
}

contract! {
    open::looking_opens_only_what_is_there_and_of_this_version,
    import::a_repeated_import_changes_nothing,
    import::blocked_and_repeated_numbers_are_skipped_with_the_reason,
    import::what_was_imported_comes_back_in_file_order,
    imports::an_import_goes_on_in_another_process_of_its_folder,
    imports::one_import_at_a_time_and_no_start_before_its_end,
    imports::numbers_of_other_campaigns_are_skipped_by_choice,
    imports::an_import_waits_for_a_copy_and_takes_its_upload_along,
    begin::a_claimed_contact_is_called_once_and_its_call_is_on_record,
    begin::a_blocked_number_is_never_called,
    begin::a_number_is_called_by_one_campaign_at_a_time,
    begin::a_closed_gate_refuses_and_keeps_the_contact,
    begin::a_lost_lease_refuses,
    begin::leases_that_nobody_knows_of_are_given_back,
    begin::order_and_due_times_decide_who_is_claimed,
    calls::each_outcome_settles_its_contact,
    calls::a_repeated_end_changes_nothing,
    calls::put_back_three_times_then_failed,
    calls::a_retry_rule_makes_the_contact_wait,
    calls::an_opt_out_blocks_the_number_for_every_campaign,
    calls::a_late_end_gives_the_true_result,
    calls::a_late_end_leaves_a_retried_contact_alone,
    calls::a_withdrawn_call_is_no_attempt,
    calls::what_was_never_sent_is_no_attempt,
    calls::a_late_end_moves_the_call_counters,
    calls::a_lost_commit_answer_is_resolved,
    campaigns::controls_do_what_the_table_allows,
    campaigns::stop_settles_in_batches_and_meets_a_call_in_progress,
    campaigns::a_stop_left_by_a_dead_process_is_finished_by_another,
    campaigns::retry_failed_on_each_status,
    campaigns::retry_failed_in_batches_does_not_complete_early,
    campaigns::two_finishers_complete_the_campaign,
    campaigns::names_are_unique_and_lists_page,
    campaigns::a_workspace_never_sees_anothers_rows,
    campaigns::employees_are_versioned_and_trunks_replaced,
    campaigns::paused_time_and_waiting_are_noted,
    lists::every_sort_filter_and_page_gives_what_a_plain_sort_gives,
    lists::a_number_is_found_by_its_first_and_last_digits,
    lists::a_large_match_is_more_than_and_pages_on_by_its_last_contact,
    actions::a_retry_of_a_filter_takes_who_had_failed_when_it_was_asked,
    actions::an_exclusion_can_be_undone_until_the_campaign_is_over,
    actions::handled_by_hand_is_a_mark_and_never_a_status,
    actions::retry_takes_those_that_are_asked_for,
    actions::an_action_on_a_filter_goes_on_in_another_process,
    actions::a_refused_action_on_a_filter_leaves_no_work_behind,
    actions::a_retry_by_filter_is_refused_as_one_by_rows_is,
    actions::work_that_fails_does_not_hold_up_other_work,
    actions::a_campaign_is_made_from_some_contacts_of_another,
    actions::a_sample_takes_its_contacts_out_of_its_parent,
    actions::a_draft_is_edited_by_who_saw_its_version,
    actions::campaigns_are_found_sorted_and_paged,
    actions::notes_are_kept_by_version,
    actions::calls_are_listed_and_talks_drawn,
    exports::an_export_is_made_in_its_folder_kept_for_a_time_and_forgotten,
    exports::a_canceled_export_and_that_of_a_dead_process_are_no_longer_ours,
    exports::pages_of_an_export_hold_what_the_list_shows_with_calls_and_marks,
    exports::exports_go_with_their_campaign,
    slots::a_dead_process_is_given_up_by_another,
    slots::the_only_dialer_takes_over_everything,
    slots::a_stale_holder_of_a_slot_is_fenced_off,
    slots::a_taken_slot_begins_no_more_calls,
    slots::a_lease_about_to_end_places_nothing,
    slots::a_renewal_does_not_wait_for_ever,
    slots::ids_are_63_bits_and_rise_over_restarts,
    slots::a_second_process_pauses_while_the_first_calls,
    administration::users_sign_in_and_the_last_administrator_stays,
    administration::a_link_is_used_once,
    administration::keys_end_with_their_maker,
    administration::an_idempotency_key_gives_one_answer,
    administration::the_audit_log_is_filtered_and_paged,
    administration::trunks_are_edited_by_one_at_a_time_and_kept_while_in_use,
    administration::a_blocked_number_skips_its_pending_contacts_in_every_campaign,
    administration::a_block_that_ends_lets_calls_through_again,
    administration::the_do_not_call_list_is_searched_and_paged,
    administration::no_other_workspace_reaches_any_of_it,
    random::counts_rows_and_events_agree_whatever_happens,
}
