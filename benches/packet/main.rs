//! What the packet path costs per packet and stage: time and allocations.
//!
//! ```text
//! cargo run --release -p switchyard-benches --bin packet
//! ```

mod forward;
mod protect;
mod source;

use switchyard_benches::counting::CountingAllocator;
use switchyard_benches::rounds::{Stage, measure, print};
use switchyard_transport::srtp::SrtpProfile;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator;

/// Payload of sound at 40 kbit/s and of a full datagram of video.
const SIZES: [usize; 2] = [100, 1_100];

fn main() {
    if cfg!(debug_assertions) {
        eprintln!("a development build says nothing about costs: add --release");
        std::process::exit(1);
    }
    let mut stages: Vec<Box<dyn Stage>> = Vec::new();
    for size in SIZES {
        for profile in SrtpProfile::ALL {
            stages.push(Box::new(protect::Unprotect::new(profile, size)));
        }
        for profile in SrtpProfile::ALL {
            stages.push(Box::new(protect::Protect::new(profile, size)));
        }
    }
    stages.push(Box::new(forward::Parse::new()));
    stages.push(Box::new(forward::Observe::new()));
    stages.push(Box::new(forward::Select::new()));
    stages.push(Box::new(forward::Write::new()));
    stages.push(Box::new(forward::ForOneSubscriber::new()));
    print(&measure(&mut stages));
}
