//! What readers of a page see, and what they are told.

use super::*;
use proptest::prelude::*;
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(default, deny_unknown_fields)]
struct Settings {
    name: String,
    small: u8,
    on: bool,
    shade: Shade,
    words: Vec<String>,
    inner: Inner,
    rooms: BTreeMap<String, Inner>,
    stages: Vec<Stage>,
}

#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(default, deny_unknown_fields)]
struct Inner {
    budget: Option<u32>,
    rate: f32,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Stage {
    key: String,
}

#[derive(Deserialize, Default, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
enum Shade {
    #[default]
    Light,
    Dark,
}

fn complaints(outcome: Result<Settings, Problems>) -> Vec<String> {
    outcome.unwrap_err().list().iter().map(ToString::to_string).collect()
}

#[test]
fn everything_wrong_is_listed_at_once_with_line_key_and_nearest_key() {
    let text = "nmae = 'x'\nsmall = 300\non = 'maybe'\nshade = 'drak'\n\n[inner]\nbugdet = 1\nrate = 'fast'\n\n[rooms.\"a b\"]\nbudget = -1\n[[stages]]\n[[stages]]\nkey = 1\n";
    let page = Page::of_user("x.toml", text);
    assert_eq!(
        complaints(Node::toml(page).and_then(|node| read(&node))),
        [
            "x.toml:1: nmae: no such key; did you mean \"name\"?",
            "x.toml:2: small: must be a whole number from 0 to 255",
            "x.toml:3: on: must be true or false, but this is text",
            "x.toml:4: shade: must be one of light, dark; did you mean \"dark\"?",
            "x.toml:7: inner.bugdet: no such key; did you mean \"budget\"?",
            "x.toml:8: inner.rate: must be a number, but this is text",
            "x.toml:11: rooms.\"a b\".budget: must be a whole number from 0 to 4294967295",
            "x.toml:12: stages[0]: \"key\" is missing here",
            "x.toml:14: stages[1].key: must be text, but this is a whole number",
        ]
    );
}

#[test]
fn json_says_the_same_as_toml() {
    let json = "{\n  \"name\": \"x\", \"inner\": {\n    \"bugdet\": 1 },\n  \"small\": \"many\"\n}";
    assert_eq!(
        complaints(Node::json(Page::of_user("x.json", json)).and_then(|node| read(&node))),
        [
            "x.json:3: inner.bugdet: no such key; did you mean \"budget\"?",
            "x.json:4: small: must be a whole number from 0 to 255, but this is text"
        ]
    );
    let fine = r#"{"name":"é\n","small":7,"on":true,"shade":"dark","words":["a"],"inner":{"budget":null,"rate":2}}"#;
    let read: Settings = read(&Node::json(Page::of_user("x.json", fine)).unwrap()).unwrap();
    assert_eq!((read.small, read.name.as_str(), read.inner.rate), (7, "é\n", 2.0));
}

#[test]
fn broken_syntax_names_the_line() {
    let toml = Node::toml(Page::of_user("x.toml", "a = 1\nb = \n[c\n")).unwrap_err().to_string();
    assert!(toml.starts_with("x.toml:2: not valid TOML: "), "{toml}");
    let json = Node::json(Page::of_user("x.json", "{\n \"a\": 1,\n}")).unwrap_err().to_string();
    assert!(json.starts_with("x.json:3: not valid JSON: "), "{json}");
    assert!(Node::json(Page::of_user("x.json", "{\"a\":1,\"a\":2}")).unwrap_err().to_string().contains("twice"));
    assert!(Node::json(Page::of_user("x.json", &"[".repeat(200_000))).is_err());
    assert!(Node::json(Page::of_user("x.json", &format!("{}{}", "[".repeat(500), "]".repeat(500)))).is_err());
}

#[test]
fn a_layer_replaces_values_and_unites_tables() {
    let mut base = Node::toml(Page::shipped("base.toml", "name = 'a'\nkey_file = 'f'\n[inner]\nbudget = 1\nrate = 1.0\n")).unwrap();
    base.overlay(Node::toml(Page::of_user("top.toml", "key = 's'\n[inner]\nbudget = 2\n")).unwrap());
    base.put(&["inner", "rate"], "0.5".into(), &Origin::Environment("RATE".into()));
    base.put(&["words"], "a, b".into(), &Origin::Flag("--words".into()));
    let origin = |path: &[&str]| base.at(path).unwrap().origin.to_string();
    assert_eq!(origin(&["name"]), "base.toml:1 (shipped)");
    assert_eq!(origin(&["inner", "budget"]), "top.toml:3");
    assert_eq!(origin(&["inner", "rate"]), "environment RATE");
    assert_eq!(origin(&["words"]), "flag --words");
    assert!(base.at(&["key_file"]).is_none(), "the top layer gave the secret in another way");
    let complaints = complaints(read(&base));
    assert_eq!(complaints, ["top.toml:1: key: no such key; known are name, small, on, shade, words, inner, rooms, stages"]);
}

#[test]
fn a_file_of_nothing_but_faults_comes_to_an_end() {
    let text = format!("words = [{}]\n", "1, ".repeat(50_000));
    let said = complaints(Node::toml(Page::of_user("x.toml", &text)).and_then(|node| read(&node)));
    assert_eq!(said.len(), 101);
    assert!(said.iter().any(|line| line.contains("further faults are not listed")));
}

#[test]
fn no_complaint_repeats_a_value() {
    let text =
        "name = 1\nsmall = 'hunter2'\non = 'hunter2'\nshade = 'hunter2'\nwords = 'hunter2'\ninner = 'hunter2'\nstages = ['hunter2']\n";
    let shown = complaints(Node::toml(Page::of_user("x.toml", text)).and_then(|node| read(&node))).join("\n");
    assert!(!shown.contains("hunter2"), "{shown}");
    let node = Node::toml(Page::of_user("x.toml", text)).unwrap();
    assert!(!format!("{node:?}").contains("hunter2"));
}

proptest! {
    #[test]
    fn no_text_makes_the_readers_panic(text in "[\\[\\]{}\"'=:,.#a-z0-9\\n\\\\ -]{0,80}|\\PC{0,60}") {
        for node in [Node::toml(Page::of_user("x", &text)), Node::json(Page::of_user("x", &text))].into_iter().flatten() {
            let _fits = read::<Settings>(&node).is_ok();
        }
    }
}
