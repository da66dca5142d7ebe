use super::*;

#[test]
fn a_pinned_thread_may_run_on_one_core_only() {
    let allowed = std::thread::spawn(|| {
        pin_to_core(0).unwrap();
        syscalls::allowed_cores().unwrap()
    });

    assert_eq!(allowed.join().unwrap().len(), 1);
}

#[test]
fn a_core_that_is_not_there_is_an_error() {
    assert_eq!(pin_to_core(100_000).unwrap_err().kind(), io::ErrorKind::NotFound);
}
