//! What a person does at the console, key by key, and what the desk hears of it.

use super::{World, console, world};
use leadloom::{
    domain::*,
    services::{Event as Happening, ImportFrom, MergeChoice, Role, Whom},
    telemetry::{Entry, Level},
    tui::{
        desk::{Command, Failure, Verb},
        event::Event,
        shared::Me,
        testing::Setup,
    },
};
use std::{sync::Arc, time::Duration};

#[tokio::test]
async fn a_decision_is_one_key_and_the_cursor_moves_on() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    assert!(console.screen().contains(">  92 Ann Stone") || console.screen().contains("> 92 Ann Stone"), "{}", console.screen());
    console.press("a").await;
    assert_eq!(world.told(), [Command::Accept { review: world::review(0), choice: MergeChoice::default() }]);
    let screen = console.screen();
    assert!(screen.contains("merged Ann Stone") && screen.contains("> 91 Bob Reed") && screen.contains("1 of 8"), "{screen}");
    console.press("c d s").await;
    let verbs: Vec<_> =
        world.told().into_iter().filter_map(|command| if let Command::Decide { verb, .. } = command { Some(verb) } else { None }).collect();
    assert_eq!(verbs, [Verb::Create, Verb::Drop, Verb::Later]);
    console.press("u u u u").await;
    assert!(console.screen().contains("of 9"), "all four came back: {}", console.screen());
}

#[tokio::test]
async fn a_pair_decided_meanwhile_is_asked_for_once() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    world.state.lock().unwrap().rows.remove(0);
    console.press("enter").await;
    let screen = console.screen();
    assert!(screen.contains("this question was decided meanwhile") && screen.contains("this pair cannot be shown any more"), "{screen}");
    console.press("r r esc").await;
    assert_eq!(world.told().iter().filter(|command| matches!(command, Command::Claim(_))).count(), 1);
    assert!(console.screen().contains("[2 Review]"), "{}", console.screen());
}

#[tokio::test]
async fn an_audit_is_answered_in_one_key_and_has_no_fields_to_choose() {
    let world = World::new().audited();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    let screen = console.screen();
    assert!(screen.contains("audit 1") && screen.contains("merged by itself into Ann Stone: accept it as right"), "{screen}");
    console.press("enter").await;
    assert!(console.screen().contains("it is merged already: a says that was right, c takes it back"), "{}", console.screen());
    console.press("e").await;
    assert!(world.told().is_empty() && console.screen().contains("it is merged already"), "{}", console.screen());
    console.press("c").await;
    assert_eq!(world.told(), [Command::Decide { reviews: vec![world::review(0)], verb: Verb::Create }]);
    console.press("u g a").await;
    assert_eq!(world.told().last(), Some(&Command::Accept { review: world::review(0), choice: MergeChoice::default() }));
}

#[tokio::test]
async fn a_refused_decision_brings_its_row_back_with_the_reason() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    world.state.lock().unwrap().failing = Some(Failure::new("lee decided this a moment ago"));
    console.press("a").await;
    let screen = console.screen();
    assert!(screen.contains("! lee decided this a moment ago") && screen.contains("Ann Stone") && screen.contains("of 9"), "{screen}");
}

#[tokio::test]
async fn alike_questions_are_settled_together_after_a_look() {
    let world = World::with(400);
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    console.press("*").await;
    console.press("a").await;
    let screen = console.screen();
    assert!(screen.contains("Accept all of them?") && screen.contains("Ann Stone"), "{screen}");
    console.press("enter").await;
    assert!(console.screen().contains("Accept all of them?"), "Enter never says yes");
    assert!(world.told().is_empty());
    console.press("y").await;
    match world.told().as_slice() {
        [Command::Decide { reviews, verb: Verb::Accept }] => assert!(reviews.len() > 100, "also those further down: {}", reviews.len()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn marks_and_ranges_choose_what_a_key_is_for() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    console.press("space j v j d").await;
    assert_eq!(world.told(), [Command::Decide { reviews: vec![world::review(0), world::review(2), world::review(3)], verb: Verb::Drop }]);
}

#[tokio::test]
async fn repeating_does_the_same_to_the_next_row() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 .").await;
    assert!(console.screen().contains("repeat: no decision has been made yet"), "{}", console.screen());
    console.press("d .").await;
    assert_eq!(world.told().len(), 2);
    assert_eq!(world.told()[1], Command::Decide { reviews: vec![world::review(1)], verb: Verb::Drop });
}

#[tokio::test]
async fn a_weak_record_is_corrected_and_accepted() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 l l").await;
    console.press("e").await;
    assert!(console.screen().contains("there is no person's name"), "{}", console.screen());
    console.keys("ctrl-u").text("Jo Hill").press("enter").await;
    assert!(console.screen().contains("a accepts it with that"), "{}", console.screen());
    assert!(!console.screen().contains("there is no person's name"), "what was corrected is no defect any more");
    console.keys("e tab tab tab tab ctrl-u").text("not an address").press("enter").await;
    assert!(console.screen().contains("an address like ann@corp.example is wanted"), "{}", console.screen());
    console.press("esc a").await;
    let choices = vec![Choice { field: Field::FullName, value: Some("Jo Hill".into()) }];
    assert_eq!(world.told(), [Command::Accept { review: world::review(4), choice: MergeChoice { candidate: None, choices } }]);
}

#[tokio::test]
async fn merging_says_whose_value_each_field_takes() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 enter").await;
    let screen = console.screen();
    assert!(screen.contains("> Title") || screen.contains(">  Title"), "the cursor is on the least sure field: {screen}");
    assert!(screen.contains("[Head of IT]") && screen.contains("[+44 20 7946 0112]"), "{screen}");
    console.press("l").await;
    assert!(console.screen().contains("[IT Manager]"), "{}", console.screen());
    console.press("j b").await;
    console.press("enter").await;
    let accept = world.told().into_iter().find(|command| matches!(command, Command::Accept { .. })).unwrap();
    let Command::Accept { review, choice } = accept else { unreachable!() };
    assert_eq!((review, choice.candidate), (world::review(0), Some(world::contact(0))));
    assert_eq!(
        choice.choices,
        [
            Choice { field: Field::JobTitle, value: Some("IT Manager".into()) },
            Choice { field: Field::Notes, value: Some("met at Expo / warm intro from Jo".into()) },
        ]
    );
    assert!(console.screen().contains("Bob Reed"), "the next pair is open: {}", console.screen());
    console.press("tab").await;
    assert!(console.screen().contains("candidate 2 of 2"), "{}", console.screen());
    console.press("esc").await;
    assert!(console.screen().contains("[2 Review]"), "{}", console.screen());
}

#[tokio::test]
async fn somebody_elses_open_pair_is_said() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 j j j enter").await;
    assert!(console.screen().contains("lee has this one open"), "{}", console.screen());
}

#[tokio::test]
async fn a_card_moves_and_a_refused_move_asks_for_what_is_missing() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("3").await;
    console.press("L").await;
    assert!(console.screen().contains("moved to Researching"), "{}", console.screen());
    console.press("L").await;
    assert!(console.screen().contains("Move to new") && console.screen().contains("Pain points"), "{}", console.screen());
    console.press("enter").await;
    assert!(console.screen().contains("Pain points: still missing"), "{}", console.screen());
    console.text("old servers").press("tab right enter").await;
    let last = world.told().pop().unwrap();
    let Command::Move { lead, to, choices, .. } = last else { panic!("{last:?}") };
    assert_eq!((lead, to), (world::lead(1), Position::new(Lifecycle::Prospect, "new")));
    assert_eq!(choices.iter().map(|choice| choice.value.clone().unwrap().to_string()).collect::<Vec<_>>(), ["old servers", "10k-50k"]);
}

#[tokio::test]
async fn an_import_starts_from_anywhere_in_eight_keys() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    console.keys("ctrl-p").text("imp ap").press("enter").await;
    let told = world.told();
    let Some(Command::Import(request)) = told.first() else { panic!("{told:?}") };
    assert!(matches!(request.from, ImportFrom::Provider { source: Source::Apollo, .. }));
    assert!(console.screen().contains("[4 Imports]") && console.screen().contains("the import has begun"), "{}", console.screen());
}

#[tokio::test]
async fn an_import_can_be_narrowed_before_it_starts() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("4 i right tab").await;
    console.text("titles=IT director; domains = corp.example").press("tab").await;
    console.text("200").press("enter").await;
    assert!(world.told().is_empty() && console.screen().contains("1,200 rows"), "what it takes comes first: {}", console.screen());
    console.press("y").await;
    let told = world.told();
    let Some(Command::Import(request)) = told.first() else { panic!("{told:?}") };
    let set = vec![("titles".to_owned(), "IT director".to_owned()), ("domains".to_owned(), "corp.example".to_owned())];
    assert_eq!(request.from, ImportFrom::Provider { source: Source::Apollo, search: Some("it directors".into()), set });
    assert_eq!(request.limit, Some(200));
    console.press("i tab").await;
    console.text("titles").press("enter").await;
    assert!(console.screen().contains("a filter is written key=value"), "{}", console.screen());
}

#[tokio::test]
async fn a_person_is_found_and_opened_from_anywhere() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.keys("3 ctrl-p").text("@lind").idle().await;
    console.press("enter").await;
    assert!(console.screen().contains("[Record]") && console.screen().contains("Dee Lindqvist"), "{}", console.screen());
    console.press("esc").await;
    assert!(console.screen().contains("[3 Pipeline]"), "back where it came from: {}", console.screen());
}

#[tokio::test]
async fn a_file_is_looked_at_before_it_is_imported() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("4 f").await;
    console.text("apo").press("enter").await;
    let screen = console.screen();
    assert!(screen.contains("read as Apollo.io") && screen.contains("Work Mail") && screen.contains("71%"), "{screen}");
    assert!(world.told().is_empty());
    console.press("s").await;
    assert!(console.screen().contains("kept as"), "{}", console.screen());
    console.press("y").await;
    assert!(matches!(world.told()[..], [Command::KeepMapping(_), Command::Import(_)]));
}

#[tokio::test]
async fn gaps_are_filled_after_the_price_was_seen() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    // The marked ones.
    console.press("6 esc space space E").await;
    let screen = console.screen();
    assert!(screen.contains("the 2 marked") && screen.contains("Lusha") && screen.contains("y spends up to 16 credits"), "{screen}");
    assert!(world.told().is_empty(), "looking costs nothing");
    // All that the filter lets through, one field only.
    console.press("right tab tab").await;
    assert!(console.screen().contains("everybody") && console.screen().contains("ask for Phone"), "{}", console.screen());
    console.press("y").await;
    let told = world.told();
    let Some(Command::FillGaps { request, agreed: 16 }) = told.first() else { panic!("{told:?}") };
    assert_eq!((&request.whom, &request.fields[..]), (&Whom::Matching("".into()), &[Field::Phone][..]));
    assert!(console.screen().contains("the sources are being asked"), "{}", console.screen());
    // One record; and a card.
    console.press("esc esc enter E y").await;
    console.press("3 E y").await;
    let people: Vec<_> = world
        .told()
        .into_iter()
        .filter(|one| matches!(one, Command::FillGaps { request, .. } if matches!(&request.whom, Whom::People(one) if one.len() == 1)))
        .collect();
    assert_eq!(people.len(), 2, "{:?}", world.told());
}

#[tokio::test]
async fn history_takes_the_chosen_decision_back() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("6 esc enter").await;
    console.press("tab tab j u").await;
    assert!(console.screen().contains("this was undone already"), "{}", console.screen());
    console.press("k u").await;
    assert!(matches!(world.told().last(), Some(Command::Undo(Some(_)))));
}

#[tokio::test]
async fn copying_goes_to_the_persons_own_clipboard() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2").await;
    console.press("y j enter").await;
    assert_eq!(console.copied, ["ann.stone@corp12.example"]);
    assert!(console.screen().contains("copied the e-mail"));
}

#[tokio::test]
async fn filters_selection_and_screen_survive_leaving_and_a_restart() {
    let world = World::new();
    let mut first = console(&world, Setup::default()).await;
    first.keys("2 /").text("north").press("enter j").await;
    assert!(first.screen().contains("2 of 2"), "{}", first.screen());
    first.press("1 2").await;
    assert!(first.screen().contains("/north") && first.screen().contains("2 of 2"), "coming back: {}", first.screen());
    first.keys("ctrl-c");
    assert!(first.left);
    let memory = first.memory.clone().unwrap();
    let mut second = console(&world, Setup { memory, ..Setup::default() }).await;
    let screen = second.screen();
    assert!(
        screen.contains("[2 Review]") && screen.contains("/north") && screen.contains("2 of 2") && screen.contains("> 87 Dee"),
        "a restart: {screen}"
    );
    second.keys("ctrl-p").text("#nor").press("enter").await;
    assert!(second.screen().contains("/north"));
}

#[tokio::test]
async fn a_strange_memory_is_left_out() {
    let world = World::new();
    for memory in ["", "{", "[]", "{\"screen\":7,\"screens\":{\"Review\":{\"kind\":[],\"chosen\":\"x\"}},\"filters\":[1,[2]]}"] {
        let mut console = console(&world, Setup { memory: memory.into(), ..Setup::default() }).await;
        assert!(console.screen().contains("[1 Home]"));
    }
}

#[tokio::test]
async fn a_viewer_looks_and_is_told_why_not_more() {
    let world = World::new();
    let me = Me { name: "vic".into(), role: Role::Viewer, demo: false };
    let mut console = console(&world, Setup { me, ..Setup::default() }).await;
    console.press("2 a").await;
    assert!(console.screen().contains("accept: vic may look but not change"), "{}", console.screen());
    assert!(world.told().is_empty());
    console.keys("?").text("accept").idle().await;
    assert!(console.screen().contains("not now: vic may look"), "{}", console.screen());
}

#[tokio::test]
async fn help_is_typed_into_and_runs_the_line() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 ?").await;
    console.text("turns the incoming").idle().await;
    console.press("enter").await;
    assert_eq!(world.told(), [Command::Decide { reviews: vec![world::review(0)], verb: Verb::Drop }]);
}

#[tokio::test]
async fn changes_made_elsewhere_come_to_the_screen() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.press("2 j").await;
    world.state.lock().unwrap().rows.remove(0);
    world.say(Happening::Changed);
    console.idle().await;
    let screen = console.screen();
    assert!(
        !screen.contains("> 92 Ann") && screen.contains("> 91 Bob Reed") && screen.contains("1 of 8"),
        "the cursor stays with its record: {screen}"
    );
}

#[tokio::test]
async fn leaving_asks_only_while_an_import_is_under_way() {
    let world = World::empty();
    let mut idle = console(&world, Setup::default()).await;
    idle.keys("q");
    assert!(idle.left);
    let world = World::new();
    let mut busy = console(&world, Setup::default()).await;
    busy.press("q").await;
    assert!(!busy.left && busy.screen().contains("An import is under way"), "{}", busy.screen());
    busy.keys("esc q y");
    assert!(busy.left);
}

fn entry(seq: u64, level: Level, message: &str) -> Arc<Entry> {
    Arc::new(Entry {
        seq,
        at: world::at("2026-10-07T12:04:31.120").plus(Duration::from_millis(seq)),
        level,
        target: "sync::push".into(),
        message: message.into(),
        fields: vec![("record", "48112".into()), ("took", "184ms".into())],
    })
}

#[tokio::test]
async fn the_log_follows_filters_and_pins_problems() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    let mut entries: Vec<_> = (1..=60).map(|seq| entry(seq, Level::INFO, "status=updated")).collect();
    entries.push(entry(61, Level::ERROR, "title too long (max 50)"));
    entries.push(entry(62, Level::DEBUG, "a detail"));
    console.event(Event::Logged(entries));
    console.press("5").await;
    let screen = console.screen();
    assert!(screen.contains("last problems") && screen.contains("following") && screen.contains("61 of 62"), "{screen}");
    assert!(!screen.contains("a detail"), "debug is not shown at level info");
    console.press("k").await;
    assert!(console.screen().contains("held"), "going up holds the list: {}", console.screen());
    console.event(Event::Logged(vec![entry(63, Level::INFO, "newer")]));
    assert!(!console.screen().lines().any(|line| line.contains('>') && line.contains("newer")));
    console.press("f").await;
    assert!(console.screen().lines().any(|line| line.starts_with('>') && line.contains("newer")), "{}", console.screen());
    console.keys("/").text("too long").press("enter enter").await;
    let screen = console.screen();
    assert!(screen.contains("1 of 63") && screen.contains("Entry") && screen.contains("took"), "{screen}");
    console.press("y").await;
    assert!(console.copied[0].contains("title too long (max 50) record=48112 took=184ms"), "{:?}", console.copied);
    console.press("esc esc l k k enter").await;
    assert!(console.screen().contains("level error+"), "{}", console.screen());
    console.press("w").await;
    console.screen();
}

#[tokio::test]
async fn nothing_is_kept_without_a_bound() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    console.keys("5");
    for batch in 0..10 {
        let entries = (1..=1_000).map(|n| entry(batch * 1_000 + n, Level::INFO, "x")).collect();
        console.event(Event::Logged(entries));
    }
    assert!(console.screen().contains("2,000 of 10,000"), "{}", console.screen());
}

#[tokio::test]
async fn a_toast_goes_by_itself() {
    let world = World::new();
    let mut console = console(&world, Setup::default()).await;
    world.say(Happening::Said("the lists were read again".into()));
    console.idle().await;
    assert!(console.screen().contains("the lists were read again"));
    console.pass(Duration::from_secs(6));
    assert!(!console.screen().contains("the lists were read again"));
}
