use super::*;

fn generator() -> Generator {
    Generator {
        cpu_seconds: 1.0,
        busy: 0.2,
        machine_idle: 0.5,
        machine_softirq: 0.1,
        machine_steal: 0.0,
        due: 1_000,
        late: 0,
        skipped: 0,
        latest_ms: 1.0,
        kernel_drops: 0,
        send_failures: 0,
        bottlenecks: Vec::new(),
    }
}

#[test]
fn a_generator_that_keeps_up_is_no_bottleneck() {
    assert!(generator().find_bottlenecks().is_empty());
}

#[test]
fn whatever_the_generator_did_itself_is_told() {
    for troubled in [
        Generator { late: 11, ..generator() },
        Generator { busy: 0.95, ..generator() },
        Generator { machine_idle: 0.02, ..generator() },
        Generator { kernel_drops: 1, ..generator() },
        Generator { send_failures: 1, ..generator() },
    ] {
        assert_eq!(troubled.find_bottlenecks().len(), 1, "{troubled:?}");
    }
}

#[test]
fn percentiles_are_real_values() {
    let mut times: Vec<Duration> = (1..=20).rev().map(Duration::from_millis).collect();

    let found = Percentiles::of(&mut times);

    assert_eq!((found.p50, found.p95, found.p99, found.max), (10.0, 19.0, 20.0, 20.0));
    assert_eq!(Percentiles::of(&mut []).max, 0.0);
}
