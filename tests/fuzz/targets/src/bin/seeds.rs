//! Writes the seeds of a target into a folder, for a fuzzer that keeps its corpus in files.

use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let target = arguments.next().and_then(|name| switchyard_fuzz_targets::target(&name));
    let (Some(target), Some(folder)) = (target, arguments.next().map(PathBuf::from)) else {
        let names = switchyard_fuzz_targets::TARGETS.map(|target| target.name).join(" ");
        eprintln!("usage: seeds TARGET FOLDER\ntargets: {names}");
        return ExitCode::from(2);
    };
    for (number, seed) in target.seeds().iter().enumerate() {
        let written = std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join(format!("seed-{number:03}")), seed));
        if let Err(error) = written {
            eprintln!("{}: {error}", folder.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
