//! Writes the code of one language from the built library.
//!
//! ```text
//! medproof-bindgen kotlin|swift|python LIBRARY CONFIGURATION FOLDER
//! medproof-bindgen properties CATALOGUE.json FILE.properties
//! ```
//!
//! The names and types of the interface lie in the library itself, so it must not be stripped.

mod properties;

use std::error::Error;
use std::process::ExitCode;
use uniffi_bindgen::bindings::{GenerateOptions, TargetLanguage, generate};

const USAGE: &str = "usage: medproof-bindgen kotlin|swift|python LIBRARY CONFIGURATION FOLDER
       medproof-bindgen properties CATALOGUE.json FILE.properties";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("medproof-bindgen: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<(), Box<dyn Error>> {
    match arguments {
        ["properties", catalogue, file] => properties::write(catalogue, file),
        [language, library, configuration, folder] => {
            let options = GenerateOptions {
                languages: vec![named(language)?],
                source: (*library).into(),
                out_dir: (*folder).into(),
                config_override: Some((*configuration).into()),
                ..GenerateOptions::default()
            };
            generate(options).map_err(|cause| format!("{cause:#}").into())
        }
        _ => Err(USAGE.into()),
    }
}

fn named(language: &str) -> Result<TargetLanguage, String> {
    match language {
        "kotlin" => Ok(TargetLanguage::Kotlin),
        "swift" => Ok(TargetLanguage::Swift),
        "python" => Ok(TargetLanguage::Python),
        _ => Err(format!("there is no language `{language}`\n{USAGE}")),
    }
}
