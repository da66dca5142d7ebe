//! Mutations of seeds: what makes a fuzzer of a list of targets where no coverage guides it.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::Target;

/// Longest input that mutations grow to; past a datagram and a description nothing new happens.
const MAX_LEN: usize = 16 * 1024;

/// Numbers near which lengths and counters go wrong.
const EDGES: [u32; 12] =
    [0, 1, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x1_0000, 0x7fff_ffff, u32::MAX];

/// Numbers as text, which no parser of numbers may stumble over.
const TEXT_EDGES: [&str; 10] = [
    "0",
    "-1",
    "255",
    "65536",
    "4294967296",
    "9223372036854775808",
    "18446744073709551616",
    "1e309",
    "99999999999999999999999999999999",
    "00000000000000000000000000000001",
];

/// Feeds a target each of its seeds, then `count` mutations of them, the same ones in every run.
pub fn exercise(target: &Target, count: u32) {
    let seeds = target.seeds();
    for seed in &seeds {
        target.run(seed);
    }
    if seeds.is_empty() {
        return;
    }
    let mut random = ChaCha8Rng::seed_from_u64(u64::from(count));
    for _ in 0..count {
        let mut bytes = seeds[random.random_range(0..seeds.len())].clone();
        for _ in 0..1 << random.random_range(0..4) {
            mutate(&mut random, &mut bytes, &seeds);
        }
        target.run(&bytes);
    }
}

fn mutate(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = random.random_range(0..=bytes.len());
    let run = random.random_range(1..=16).min(bytes.len() - at);
    match random.random_range(0..11) {
        0 => flip(random, bytes),
        1 => set(bytes, at, &[random.random()]),
        2 => {
            let edge = EDGES[random.random_range(0..EDGES.len())].to_be_bytes();
            set(bytes, at, &edge[random.random_range(0..4)..]);
        }
        3 => drop(bytes.drain(at..at + run)),
        4 => bytes.truncate(at),
        5 => {
            let repeated = bytes[at..at + run].repeat(random.random_range(1..=32));
            insert(bytes, at, &repeated);
        }
        6 => {
            let mut junk = vec![0; random.random_range(1..=16)];
            random.fill_bytes(&mut junk);
            insert(bytes, at, &junk);
        }
        7 => splice(random, bytes, at, seeds),
        8 => number(random, bytes),
        9 => line(random, bytes),
        _ => {
            let to = random.random_range(0..=bytes.len() - run);
            bytes.copy_within(at..at + run, to);
        }
    }
}

fn flip(random: &mut ChaCha8Rng, bytes: &mut [u8]) {
    if !bytes.is_empty() {
        let at = random.random_range(0..bytes.len());
        bytes[at] ^= 1 << random.random_range(0..8);
    }
}

fn set(bytes: &mut [u8], at: usize, value: &[u8]) {
    for (byte, value) in bytes.iter_mut().skip(at).zip(value) {
        *byte = *value;
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    if bytes.len() + piece.len() <= MAX_LEN {
        bytes.splice(at..at, piece.iter().copied());
    }
}

/// Goes on as another seed does.
fn splice(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>, at: usize, seeds: &[Vec<u8>]) {
    let other = &seeds[random.random_range(0..seeds.len())];
    let from = random.random_range(0..=other.len());
    bytes.truncate(at);
    insert(bytes, at, &other[from..]);
}

/// Replaces a number written in digits.
fn number(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let starts: Vec<usize> = (0..bytes.len())
        .filter(|&at| bytes[at].is_ascii_digit() && (at == 0 || !bytes[at - 1].is_ascii_digit()))
        .collect();
    if starts.is_empty() {
        return;
    }
    let start = starts[random.random_range(0..starts.len())];
    let len = bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let text = TEXT_EDGES[random.random_range(0..TEXT_EDGES.len())];
    bytes.splice(start..start + len, text.bytes());
}

/// Removes, doubles or moves a line.
fn line(random: &mut ChaCha8Rng, bytes: &mut Vec<u8>) {
    let mut lines: Vec<&[u8]> = bytes.split_inclusive(|&byte| byte == b'\n').collect();
    if lines.len() < 2 {
        return;
    }
    let (from, to) = (random.random_range(0..lines.len()), random.random_range(0..lines.len()));
    match random.random_range(0..3) {
        0 => drop(lines.remove(from)),
        1 => lines.insert(to, lines[from]),
        _ => lines.swap(from, to),
    }
    *bytes = lines.concat();
    bytes.truncate(MAX_LEN);
}
