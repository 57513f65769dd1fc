//! Writes the shared vectors into the folder named by the first argument, or, with `--examples`, prints
//! the worked examples of `docs/FORMAT.md`.

use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let Some(folder) = std::env::args_os().nth(1).map(PathBuf::from) else {
        eprintln!("usage: vectors FOLDER");
        return ExitCode::from(2);
    };
    if folder.as_os_str() == "--examples" {
        print!("{}", medproof_tests::examples::section());
        return ExitCode::SUCCESS;
    }
    match medproof_tests::vectors::write_all(&folder) {
        Ok(counts) => {
            for (file, count) in counts {
                println!("{file:<18} {count:>6} cases");
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}: {error}", folder.display());
            ExitCode::FAILURE
        }
    }
}
