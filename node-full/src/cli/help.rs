//! The help in the caller's language.
//!
//! The English sentences stand beside the commands and arguments that they describe. `help.zh-Hans.json` has the Chinese
//! sentence for each of them. A test holds the two against each other.

use super::{
    Arguments,
    output::{Output, Told},
};
use clap::{
    Arg, ArgAction, Command, CommandFactory,
    error::{ContextKind, ErrorKind},
};
use medproof_node::messages::Language;
use std::{collections::BTreeMap, env, process::ExitCode, sync::LazyLock};

/// The command line as the caller reads it.
pub(super) fn localised(command: Command, language: Language) -> Command {
    match language {
        Language::Chinese => chinese(command, true),
        _ => command,
    }
}

/// The language of the help: that of the argument, or the environment's.
pub(super) fn language() -> Language {
    let mut arguments = env::args().skip_while(|argument| !argument.starts_with("--language"));
    let stated = arguments.next().and_then(|first| match first.split_once('=') {
        Some((_, language)) => Some(language.to_owned()),
        None => arguments.next(),
    });
    Language::of_locale(&stated.or_else(|| env::var("LANG").ok()).unwrap_or_default())
}

/// Shows the help that was asked for, or what is wrong with the arguments.
pub(super) fn explain(error: &clap::Error, language: Language) -> ExitCode {
    let is_help = !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
    if is_help || language == Language::English {
        // A closed pipe has nobody to tell.
        let _ = error.print();
    } else if error.kind() == ErrorKind::MissingSubcommand {
        eprintln!("{}", localised(Arguments::command(), language).render_help());
    } else {
        let contexts = [ContextKind::InvalidArg, ContextKind::InvalidSubcommand, ContextKind::InvalidValue];
        let found: Vec<String> = contexts.iter().filter_map(|kind| Some(error.get(*kind)?.to_string())).collect();
        let told = Told::new("cli.arguments").with("cause", found.join(" "));
        eprintln!("{}", Output::new(false, language).tell(&told));
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn chinese(command: Command, is_first: bool) -> Command {
    let subcommands: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let about = command.get_about().map(|about| text(&about.to_string())).unwrap_or_default();
    let long_about = command.get_long_about().map_or_else(|| about.clone(), |about| text(&about.to_string()));
    let help = Arg::new("help").short('h').long("help").action(ArgAction::Help).help("显示帮助");
    let mut command = command
        .about(about)
        .long_about(long_about)
        .mut_args(chinese_argument)
        .help_template(TEMPLATE)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .disable_help_flag(true)
        .arg(help.help_heading(OPTIONS));
    if is_first {
        let version = Arg::new("version").short('V').long("version").action(ArgAction::Version);
        command = command.disable_version_flag(true).arg(version.help("显示版本").help_heading(OPTIONS));
    }
    if command.has_subcommands() {
        command = command.disable_help_subcommand(true);
    }
    subcommands.into_iter().fold(command, |command, name| command.mut_subcommand(name, |sub| chinese(sub, false)))
}

/// An argument with its Chinese help; what clap would add in English is added in Chinese.
fn chinese_argument(arg: Arg) -> Arg {
    let mut help = arg.get_help().map(|help| text(&help.to_string())).unwrap_or_default();
    let takes_value = arg.get_action().takes_values();
    let values: Vec<String> = arg.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    if takes_value && !values.is_empty() {
        help.push_str(&format!("（可选：{}）", values.join("、")));
    }
    let defaults: Vec<_> = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if takes_value && defaults.iter().any(|value| !value.is_empty()) {
        help.push_str(&format!("（默认：{}）", defaults.join("、")));
    }
    let heading = if arg.is_positional() { "参数" } else { OPTIONS };
    let arg = arg.help(help.clone()).long_help(help).help_heading(heading);
    if takes_value { arg.hide_possible_values(true).hide_default_value(true).hide_env(true) } else { arg }
}

/// The Chinese sentence for an English one.
fn text(english: &str) -> String {
    CHINESE.get(english).cloned().unwrap_or_default()
}

static CHINESE: LazyLock<BTreeMap<String, String>> =
    LazyLock::new(|| serde_json::from_str(include_str!("help.zh-Hans.json")).unwrap_or_default());

const OPTIONS: &str = "选项";
const TEMPLATE: &str = "{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}";

#[cfg(test)]
#[expect(clippy::expect_used, reason = "tests")]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The English help of every command and argument, by where it stands.
    fn described(command: &Command, path: &str, found: &mut BTreeMap<String, String>) {
        found.insert(path.to_owned(), command.get_about().map(ToString::to_string).unwrap_or_default());
        if let Some(about) = command.get_long_about() {
            found.insert(format!("{path} (at length)"), about.to_string());
        }
        for arg in command.get_arguments() {
            let place = format!("{path} {}", arg.get_id());
            found.insert(place, arg.get_help().map(ToString::to_string).unwrap_or_default());
        }
        for sub in command.get_subcommands() {
            described(sub, &format!("{path} {}", sub.get_name()), found);
        }
    }

    #[test]
    fn every_command_and_argument_is_explained_in_both_languages() {
        let mut english = BTreeMap::new();
        described(&Arguments::command(), "medproof", &mut english);
        for (place, text) in &english {
            assert!(text.len() >= 4, "`{place}` has no English help");
        }
        let chinese: BTreeMap<String, String> =
            serde_json::from_str(include_str!("help.zh-Hans.json")).expect("a catalogue");
        let missing: BTreeSet<_> = english.values().filter(|text| !chinese.contains_key(*text)).collect();
        let unused: Vec<_> = chinese.keys().filter(|text| !english.values().any(|known| known == *text)).collect();
        assert!(missing.is_empty() && unused.is_empty(), "missing {missing:#?}, unused {unused:#?}");
        for text in chinese.values() {
            assert!(text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{text}");
        }
    }

    #[test]
    fn chinese_help_has_no_english_sentence() {
        let mut command = localised(Arguments::command(), Language::Chinese);
        let mut pages = Vec::new();
        let names: BTreeSet<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
        pages.push(command.render_long_help().to_string());
        for name in names {
            let sub = command.find_subcommand_mut(&name).expect("a command");
            pages.push(sub.render_long_help().to_string());
        }
        for page in pages {
            assert!(page.contains("用法：") && page.contains("显示帮助"), "{page}");
            for word in ["Usage", "Options", "Commands", "Arguments", "Print ", "default", "possible"] {
                assert!(!page.contains(word), "{word} {page}");
            }
        }
    }

    #[test]
    fn a_chinese_command_line_is_read_like_the_english_one() {
        let lines: [&[&str]; 3] = [
            &["medproof", "pack", "ship", "--to", "2", "X"],
            &["medproof", "--json", "recall", "add", "--measure", "lift", "--product", "09504000059101"],
            &["medproof", "nonsense"],
        ];
        for line in lines {
            let read = |language| localised(Arguments::command(), language).try_get_matches_from(line).map(|_| ());
            let (english, chinese) = (read(Language::English), read(Language::Chinese));
            assert_eq!(english.map_err(|error| error.kind()), chinese.map_err(|error| error.kind()), "{line:?}");
        }
    }
}
