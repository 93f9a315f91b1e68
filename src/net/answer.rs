//! An answer that arrived whole: status, headers, bytes, and how to read them. Absent: what the bytes mean.

use super::{Class, NetError, Service};
use crate::domain::Text;
use serde::de::DeserializeOwned;
use std::borrow::Cow;

/// An HTTP answer, its body complete, unpacked and within its limit.
#[derive(Clone, Debug)]
pub struct Answer {
    pub(super) service: &'static Service,
    pub(super) place: Text,
    pub(super) status: u16,
    /// Names in lower case.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// The header of that name (lower case), the first when it is repeated.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.body
    }

    /// The body as text: UTF-8, else what the content type names, else Windows-1252. A byte-order mark is dropped.
    pub fn text(&self) -> Cow<'_, str> {
        let named = || {
            let kind = self.header("content-type")?;
            let label = kind.split(';').find_map(|part| part.trim().strip_prefix("charset="))?;
            encoding_rs::Encoding::for_label(label.trim_matches('"').as_bytes())
        };
        if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(&self.body) {
            return encoding.decode_without_bom_handling(&self.body[mark..]).0;
        }
        match std::str::from_utf8(&self.body) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => named().unwrap_or(encoding_rs::WINDOWS_1252).decode_without_bom_handling(&self.body).0,
        }
    }

    /// Looks like a page for people instead of an answer for programs.
    pub fn is_html(&self) -> bool {
        self.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) || self.body.trim_ascii_start().starts_with(b"<")
    }

    /// Reads the body as JSON. The error names the path of the key that does not fit; never the value, which may
    /// be somebody's.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, NetError> {
        if self.body.trim_ascii().is_empty() {
            return Err(self.malformed("it is empty"));
        }
        if self.is_html() {
            return Err(self.malformed("it is an HTML page where JSON was expected"));
        }
        let text = self.text();
        let mut reader = serde_json::Deserializer::from_str(&text);
        let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            self.malformed(&format!("{} at {}", expectation(error.inner()), path.trim_end_matches(['.', '?'])))
        })?;
        reader.end().map_err(|_| self.malformed("something follows the JSON"))?;
        Ok(value)
    }

    /// An error about this answer's form.
    pub fn malformed(&self, why: &str) -> NetError {
        NetError::new(self.service, Class::Malformed, &self.place, why, &[]).with_status(self.status)
    }

    /// An error of that class about this answer.
    pub fn fault(&self, class: Class, words: &str) -> NetError {
        NetError::new(self.service, class, &self.place, words, &[]).with_status(self.status)
    }
}

/// What JSON was expected, without what stood there instead.
fn expectation(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    match error.classify() {
        serde_json::error::Category::Data => match text.rsplit_once("expected ") {
            Some((_, wanted)) => format!("expected {wanted}"),
            None if text.starts_with("missing field") => text.to_owned(),
            None => "a value of another kind was expected".to_owned(),
        },
        serde_json::error::Category::Eof => "the JSON ends too early".to_owned(),
        _ if text.contains("recursion") => "the JSON is nested too deeply".to_owned(),
        _ => "the JSON is not well formed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    const DEMO: Service = Service { key: "demo", label: "Demo", credential: "DEMO_API_KEY", address: "DEMO_BASE_URL" };

    fn answer(content_type: &str, body: &[u8]) -> Answer {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Answer { service: &DEMO, place: "GET people".into(), status: 200, headers, body: body.to_vec() }
    }

    #[derive(Deserialize, Debug)]
    struct Page {
        #[allow(dead_code)]
        people: Vec<Person>,
    }

    #[derive(Deserialize, Debug)]
    struct Person {
        #[allow(dead_code)]
        id: u32,
    }

    #[test]
    fn json_errors_name_the_path_and_never_the_value() {
        for (body, words) in [
            (r#"{"people":[{"id":1},{"id":"ann@corp.example"}]}"#, "expected u32 at people[1].id"),
            (r#"{"people":[{}]}"#, "missing field `id` at people[0]"),
            (r#"{"people":[{"id":1"#, "the JSON ends too early at people[0]"),
            (r#"{"people":[]} x"#, "something follows the JSON"),
            ("<html>Sorry</html>", "it is an HTML page where JSON was expected"),
            ("  ", "it is empty"),
        ] {
            let error = answer("application/json", body.as_bytes()).json::<Page>().unwrap_err();
            assert_eq!((error.class(), error.words()), (Class::Malformed, words), "{body}");
        }
        let deep = "[".repeat(100_000);
        let error = answer("application/json", deep.as_bytes()).json::<serde_json::Value>().unwrap_err();
        assert!(error.words().contains("nested too deeply"), "{}", error.words());
    }

    #[test]
    fn other_charsets_are_read() {
        let json = |kind: &str, body: &[u8]| answer(kind, body).json::<String>().unwrap();
        assert_eq!(json("application/json", "\u{feff}\"Zoë\"".as_bytes()), "Zoë");
        assert_eq!(json("application/json; charset=iso-8859-1", b"\"Zo\xeb\""), "Zoë");
        assert_eq!(json("application/json", b"\"Zo\xeb\""), "Zoë");
        assert_eq!(json("application/json", b"\xff\xfe\"\0Z\0\"\0"), "Z");
    }
}
