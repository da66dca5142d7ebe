use proptest::prelude::*;

use super::*;

type Window = ReplayWindow<{ RTP_WINDOW / 64 }>;

#[test]
fn a_packet_is_admitted_once() {
    let mut window = Window::starting_at(65_536);

    assert!(!window.admits(65_536));
    assert!(window.admits(65_537));
    window.insert(65_537);

    assert!(!window.admits(65_537));
}

#[test]
fn a_late_packet_is_admitted_within_the_window_and_not_beyond() {
    let window = Window::starting_at(100_000);

    assert!(window.admits(100_000 - 1023));
    assert!(!window.admits(100_000 - 1024));
}

#[test]
fn a_jump_longer_than_the_window_forgets_everything_in_it() {
    let mut window = Window::starting_at(100_000);

    window.insert(200_000);

    assert!(window.admits(199_999));
    assert!(!window.admits(100_000));
}

proptest! {
    #[test]
    fn it_agrees_with_a_list_of_everything_seen(steps in prop::collection::vec(0u64..3000, 1..300)) {
        let mut window = Window::starting_at(70_000);
        let mut seen = vec![70_000];

        for step in steps {
            let index = 69_000 + step;
            let highest = *seen.iter().max().unwrap();
            let fresh = index > highest || (highest - index < 1024 && !seen.contains(&index));
            prop_assert_eq!(window.admits(index), fresh);
            if fresh {
                window.insert(index);
                seen.push(index);
            }
        }
    }
}
