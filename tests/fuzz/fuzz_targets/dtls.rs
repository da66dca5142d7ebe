#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| switchyard_fuzz_targets::target("dtls").expect("it is listed").run(bytes));
