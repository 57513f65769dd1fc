//! What `docs/mobile.{en,zh}.md` shows is code that is compiled elsewhere, line by line.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;

/// Where the code of each language stands.
const SOURCES: [(&str, &[&str]); 3] = [
    (
        "kotlin",
        &[
            "kotlin/samples/src/main/kotlin/org/medproof/samples/FirstCheck.kt",
            "kotlin/samples/src/main/kotlin/org/medproof/samples/ScanViewModel.kt",
        ],
    ),
    ("swift", &["swift/Tests/MedProofTests/DocumentedTests.swift"]),
    ("python", &["python/tests/documented.py"]),
];

#[test]
fn the_pages_show_code_that_is_compiled() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for page in ["mobile.en.md", "mobile.zh.md"] {
        let page_text = fs::read_to_string(here.join("../docs").join(page)).unwrap();
        for (language, files) in SOURCES {
            let sources = files.iter().map(|file| lines(&fs::read_to_string(here.join(file)).unwrap()));
            let sources: Vec<Vec<String>> = sources.collect();
            let blocks = blocks(&page_text, language);
            assert!(!blocks.is_empty(), "{page} shows no {language}");
            for block in blocks {
                assert!(
                    sources.iter().any(|source| holds(source, &block)),
                    "{page} shows other {language}: {block:#?}"
                );
            }
        }
    }
}

/// The code blocks of a language, except for what Gradle reads.
fn blocks(page: &str, language: &str) -> Vec<Vec<String>> {
    let fence = format!("```{language}");
    let after = page.split(&fence).skip(1).filter_map(|rest| rest.split("```").next());
    after.map(lines).filter(|block| block.first().is_some_and(|line| !line.starts_with("dependencies"))).collect()
}

/// The lines without indentation, comments, blank ones and imports; the pages differ in the catalogue's language.
fn lines(code: &str) -> Vec<String> {
    let kept = code.lines().map(|line| line.split("   //").next().unwrap().trim());
    let kept = kept.filter(|line| !line.is_empty() && !line.starts_with("import ") && !line.starts_with("from "));
    kept.map(|line| line.replace("\"zh-Hans\"", "\"en\"")).collect()
}

/// Whether the block's lines stand in the source one after the other, each at the end of its line.
fn holds(source: &[String], block: &[String]) -> bool {
    source.windows(block.len()).any(|part| part.iter().zip(block).all(|(line, shown)| line.ends_with(shown.as_str())))
}
