//! `cargo xtask`: the one entry point for setting up, building, testing and measuring MedProof.

mod bench;
mod bindings;
mod command;
mod cover;
mod demo;
mod dist;
mod faults;
mod fuzz;
mod machine;
mod miri;
mod npm;
mod place;
mod setup;
mod size;
mod stage;
mod suites;
mod table;
mod tally;
mod test;
mod variants;
mod vectors;
mod web;

use std::process::ExitCode;

/// What a task, a stage or a step of set-up answers; an error is shown to the person who ran it.
pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

struct Task {
    name: &'static str,
    arguments: &'static str,
    about: &'static str,
    run: fn(&[&str]) -> Result,
}

const TASKS: &[Task] = &[
    Task {
        name: "setup",
        arguments: "[PART]...",
        about: "install what the tasks need and keep it (all parts, or those named)",
        run: setup::task,
    },
    Task {
        name: "demo",
        arguments: "[--lots N]...",
        about: "run a node with a region's year and the pages (other words go to `medproof demo`)",
        run: demo::task,
    },
    Task {
        name: "story",
        arguments: "",
        about: "tell the light client's story in the terminal, on a chain made on the spot",
        run: demo::story,
    },
    Task {
        name: "test",
        arguments: "[STAGE]...",
        about: "run every check that a change must pass (all stages, or those named)",
        run: test::task,
    },
    Task {
        name: "bench",
        arguments: "[bindings | browser | node | engines]",
        about: "measure times natively, in Node and through the bindings (or these, Chromium, the node, or other state trees)",
        run: bench::task,
    },
    Task {
        name: "size",
        arguments: "[--variants]",
        about: "build the verifier for the web and check its size against the bound (or compare builds)",
        run: size::task,
    },
    Task {
        name: "npm",
        arguments: "",
        about: "build and pack the npm package with its reference, and print its size",
        run: npm::task,
    },
    Task { name: "web", arguments: "", about: "build the widget and the pages", run: web::task },
    Task {
        name: "vectors",
        arguments: "[--check]",
        about: "write the test vectors anew, or check that the committed ones are what would be written",
        run: vectors::task,
    },
    Task {
        name: "fuzz",
        arguments: "[--seconds N] [TARGET]...",
        about: "fuzz every target, 60 seconds each unless told otherwise",
        run: fuzz::task,
    },
    Task {
        name: "faults",
        arguments: "[--kills N] [--flips N]",
        about: "kill a node under load and flip bits in its file, 200 times each unless told otherwise",
        run: faults::task,
    },
    Task {
        name: "dist",
        arguments: "",
        about: "build the node as one static program with the pages inside, and check its size and memory",
        run: dist::task,
    },
    Task {
        name: "cover",
        arguments: "",
        about: "measure the line coverage of core and check it against the bound",
        run: cover::task,
    },
    Task {
        name: "mobile",
        arguments: "[TARGET]...",
        about: "build the static libraries for Android and iOS and print their sizes",
        run: bindings::phones::task,
    },
    Task {
        name: "swift",
        arguments: "",
        about: "install Swift if it is not there, and run the Swift tests",
        run: bindings::swift::task,
    },
    Task { name: "miri", arguments: "[FILTER]...", about: "run core's tests under Miri", run: miri::task },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[&str]) -> Result {
    let [name, rest @ ..] = arguments else {
        print_help(TASKS);
        return Ok(());
    };
    if matches!(*name, "help" | "--help" | "-h") {
        print_help(TASKS);
        return Ok(());
    }
    let Some(task) = TASKS.iter().find(|task| task.name == *name) else {
        return Err(format!("there is no task `{name}`; `cargo xtask help` lists them").into());
    };
    if rest.iter().any(|argument| matches!(*argument, "--help" | "-h")) {
        print_help(std::slice::from_ref(task));
        return Ok(());
    }
    (task.run)(rest)
}

fn print_help(tasks: &[Task]) {
    for task in tasks {
        let usage = format!("cargo xtask {} {}", task.name, task.arguments);
        println!("{usage:<45} {}", task.about);
    }
}

/// The error of a task that takes no arguments and was given some.
pub(crate) fn refuse(arguments: &[&str]) -> Result {
    match arguments {
        [] => Ok(()),
        [first, ..] => Err(format!("unexpected argument `{first}`").into()),
    }
}
