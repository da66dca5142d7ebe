use super::*;

#[test]
fn a_capped_buffer_names_the_setting_to_raise() {
    let asked = BufferSizes::default();
    let report = BufferReport { asked, granted: BufferSizes { receive: 212_992, ..asked } };

    let shortfalls: Vec<_> = report.shortfalls().map(|shortfall| shortfall.to_string()).collect();

    assert_eq!(
        shortfalls,
        ["socket buffer of 212992 bytes instead of 4194304: set net.core.rmem_max=4194304"]
    );
}

#[test]
fn a_full_grant_says_nothing() {
    let asked = BufferSizes::default();

    assert_eq!(BufferReport { asked, granted: asked }.shortfalls().count(), 0);
}
