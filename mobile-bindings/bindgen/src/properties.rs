//! A message catalogue as Java properties: the JVM and Android read those without a library.

use serde_json::{Map, Value};
use std::error::Error;
use std::fs;

/// Writes each text of the JSON catalogue as the line `code.field=text`.
pub(crate) fn write(catalogue: &str, file: &str) -> Result<(), Box<dyn Error>> {
    let catalogue: Map<String, Value> = serde_json::from_str(&fs::read_to_string(catalogue)?)?;
    fs::write(file, lines(&catalogue)?)?;
    Ok(())
}

fn lines(catalogue: &Map<String, Value>) -> Result<String, String> {
    let mut lines = String::new();
    for (code, message) in catalogue {
        let fields = message.as_object().ok_or_else(|| format!("`{code}` is no message"))?;
        for (field, text) in fields {
            let text = text.as_str().ok_or_else(|| format!("`{code}.{field}` is no text"))?;
            lines.push_str(&format!("{code}.{field}={}\n", escaped(text)));
        }
    }
    Ok(lines)
}

/// In a value only the backslash and line ends have a meaning, and a space at its beginning is dropped.
fn escaped(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
    if escaped.starts_with(' ') { format!("\\{escaped}") } else { escaped }
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn one_line_for_each_text() {
        let catalogue = serde_json::from_str(r#"{"overall.ok.holder": {"title": " a\\b\nc", "severity": "ok"}}"#);
        let lines = catalogue.map(|catalogue| lines(&catalogue));
        let expected = "overall.ok.holder.severity=ok\noverall.ok.holder.title=\\ a\\\\b\\nc\n";
        assert_eq!(lines.ok(), Some(Ok(expected.to_owned())));
    }
}
