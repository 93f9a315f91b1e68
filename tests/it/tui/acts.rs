//! What a stream of bytes does to a terminal, apart from showing text: each kind of escape sequence, each control
//! character, each character that hides or turns text around. Moves and erasures in a line count by kind, colours by
//! number; what changes the whole screen or a mode counts each time; anything else whole.

use std::collections::BTreeSet;

/// Modes that change with frames: the cursor's visibility, synchronized updates.
const EACH_FRAME: [&str; 2] = ["?25", "?2026"];

/// The acts of `bytes`.
pub fn acts(bytes: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let text = String::from_utf8_lossy(bytes);
    if std::str::from_utf8(bytes).is_err() {
        found.insert("a byte that is no UTF-8".to_owned());
    }
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => escape(&mut rest, &mut found),
            _ if c.is_control() => {
                found.insert(format!("control {c:?}"));
            }
            '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{feff}' => {
                found.insert(format!("unseen {c:?}"));
            }
            _ => {}
        }
    }
    found
}

fn escape(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, found: &mut BTreeSet<String>) {
    match rest.next() {
        Some('[') => {
            let mut numbers = String::new();
            while let Some(c) = rest.next_if(|c| ('\u{20}'..='\u{3f}').contains(c)) {
                numbers.push(c);
            }
            match rest.next() {
                Some('m') => found.extend(numbers.split(';').map(|number| format!("pen {number}"))),
                Some(last @ ('A'..='H' | 'K' | 'X')) if numbers.chars().all(|c| c.is_ascii_digit() || c == ';') => {
                    found.insert(format!("CSI {last}"));
                }
                Some(last @ ('h' | 'l')) if EACH_FRAME.contains(&numbers.as_str()) => {
                    found.insert(format!("CSI {numbers}{last}"));
                }
                last => {
                    let act = format!("CSI {numbers}{}", last.unwrap_or('?'));
                    let nth = (1..1_000).find(|nth| !found.contains(&format!("{act}, time {nth}"))).unwrap_or(1_000);
                    found.insert(format!("{act}, time {nth}"));
                }
            }
        }
        Some(start @ (']' | 'P' | 'X' | '^' | '_')) => {
            let string: String = rest.by_ref().take_while(|c| !matches!(c, '\u{7}' | '\u{1b}' | '\u{9c}')).collect();
            found.insert(format!("string {start} {string}"));
        }
        other => {
            found.insert(format!("ESC {other:?}"));
        }
    }
}

#[test]
fn each_kind_of_act_is_seen() {
    let acts = |text: &str| acts(text.as_bytes()).into_iter().collect::<Vec<_>>();
    assert!(acts("Ann Stone, Müller & Söhne, 日本, 42 % │ … ▸").is_empty());
    assert_eq!(acts("\u{1b}[3;4H\u{1b}[K\u{1b}[1;31m\u{1b}[?25l"), ["CSI ?25l", "CSI H", "CSI K", "pen 1", "pen 31"]);
    assert_eq!(acts("\u{1b}]52;c;QQ==\u{7}\u{1b}]8;;http://x\u{1b}\\"), ["string ] 52;c;QQ==", "string ] 8;;http://x"]);
    assert_eq!(
        acts("a\u{9b}2J\u{202e}b\u{200b}\u{7}"),
        ["control '\\u{7}'", "control '\\u{9b}'", "unseen '\\u{200b}'", "unseen '\\u{202e}'"]
    );
    assert_eq!(acts("\u{1b}[2J\u{1b}[2J\u{1b}[?1049l"), ["CSI 2J, time 1", "CSI 2J, time 2", "CSI ?1049l, time 1"]);
    assert_eq!(super::acts::acts(b"\xff"), ["a byte that is no UTF-8".to_owned()].into());
}
