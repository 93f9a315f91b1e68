//! Mappings that people keep: guessed once, mended by hand, and then used for every file with these columns and no other.

use super::house::{House, open};
use leadloom::{
    domain::{Field, Source},
    services::{ImportFrom, ImportPlan, ImportRequest, Kind, Session},
};
use std::path::{Path, PathBuf};

fn file(home: &Path, name: &str, text: &str) -> PathBuf {
    let path = home.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

async fn plan(me: &Session, path: &Path) -> ImportPlan {
    let from = ImportFrom::File { path: path.to_owned(), source: None, mapping: None };
    me.plan_import(&ImportRequest { from, limit: None }).await.unwrap()
}

fn becomes(plan: &ImportPlan, column: &str) -> Option<Field> {
    plan.columns.iter().find(|one| one.column.as_str() == column).unwrap().field
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kept_mapping_is_mended_once_and_used_for_the_next_file_with_these_columns() {
    let house = House::with(10, "").await;
    let home = house.home.path();
    let first = file(home, "Partner list (Q3).csv", "Wer,Firma X,E-Mail,Notiz 7\nAnn Stone,Acme GmbH,ann@acme.example,blue\n");
    let guessed = plan(&house.me, &first).await;
    assert_eq!(becomes(&guessed, "E-Mail"), Some(Field::Email), "{guessed:?}");
    assert_eq!(becomes(&guessed, "Wer"), None, "{guessed:?}");

    let kept = house.me.keep_mapping(&first, None, None, None).await.unwrap();
    assert_eq!(kept, home.join("mappings/partner-list-q3.toml"));
    // Known at once, in the same process, and not a second time.
    let again = plan(&house.me, &first).await;
    assert!(again.notes.iter().any(|note| note.contains("was kept")), "{again:?}");
    assert_eq!(becomes(&again, "E-Mail"), Some(Field::Email), "{again:?}");
    let refused = house.me.keep_mapping(&first, None, None, Some("other")).await.unwrap_err();
    assert!(refused.kind() == Kind::Invalid && refused.to_string().contains("partner-list-q3.toml"), "{refused}");

    // A person mends it; the next process reads it, for the columns in any order.
    let text = std::fs::read_to_string(&kept).unwrap();
    let mended = text.replace("[columns]", "[columns]\nfull_name = \"Wer\"");
    assert_ne!(text, mended, "{text}");
    std::fs::write(&kept, mended).unwrap();
    let me = open(home, &house.sim).session("kim");
    let next = file(home, "q4.csv", "E-Mail,Notiz 7,Wer,Firma X\nbob@acme.example,green,Bob Reed,Acme GmbH\n");
    let settled = plan(&me, &next).await;
    let all = ["E-Mail", "Notiz 7", "Wer", "Firma X"].map(|column| becomes(&settled, column));
    assert_eq!(all, [Some(Field::Email), None, Some(Field::FullName), Some(Field::CompanyName)], "{settled:?}");
    let from = ImportFrom::File { path: next, source: None, mapping: None };
    let run = me.start_import(&ImportRequest { from, limit: None }).await.unwrap();
    let run = me.wait_for(run).await.unwrap().run;
    assert_eq!((run.counters.read, run.counters.failed), (1, 0), "{run:?}");
    let row = me.run_records(run.id, None, None, 10).await.unwrap().remove(0);
    assert_eq!((row.name.as_str(), row.company.as_str()), ("Bob Reed", "Acme"));

    // Without a header the columns have numbers, and the preview says so.
    let headless = file(home, "headless.csv", "Ann Stone,ann@acme.example,Acme GmbH\nBob Reed,bob@acme.example,Acme GmbH\n");
    let numbered = plan(&me, &headless).await;
    assert!(numbered.notes.iter().any(|note| note.contains("no header line") && note.contains("Column 1")), "{numbered:?}");
    assert_eq!(becomes(&numbered, "Column 3"), Some(Field::CompanyName), "{numbered:?}");
    assert!(!settled.notes.iter().any(|note| note.contains("no header line")), "{settled:?}");

    // Files with other columns are read as ever.
    let other = file(home, "other.csv", "Wer,E-Mail\nCy Okafor,cy@northgate.example\n");
    let guessed = plan(&me, &other).await;
    assert_eq!(becomes(&guessed, "Wer"), None, "{guessed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_is_safe_and_nothing_is_written_over() {
    let house = House::with(10, "").await;
    let home = house.home.path();
    let one = file(home, "one.csv", "E-Mail,A\nann@acme.example,1\n");
    let two = file(home, "two.csv", "E-Mail,B\nann@acme.example,1\n");
    for bad in ["../evil", "a/b", "con.fig", "", &"x".repeat(100)] {
        assert_eq!(house.me.keep_mapping(&one, None, None, Some(bad)).await.unwrap_err().kind(), Kind::Invalid, "{bad}");
    }
    house.me.keep_mapping(&one, None, None, Some("List_1")).await.unwrap();
    let before = std::fs::read(home.join("mappings/List_1.toml")).unwrap();
    assert_eq!(house.me.keep_mapping(&two, None, None, Some("List_1")).await.unwrap_err().kind(), Kind::Invalid);
    assert_eq!(std::fs::read(home.join("mappings/List_1.toml")).unwrap(), before);
    assert_eq!(std::fs::read_dir(home.join("mappings")).unwrap().count(), 1, "no drafts are left");
    // A source's name is for changes of its own mapping.
    for taken in ["apollo", "Apollo.toml", "file"] {
        let refused = house.me.keep_mapping(&two, None, None, Some(taken)).await.unwrap_err();
        assert!(refused.kind() == Kind::Invalid && refused.to_string().contains("own mapping"), "{refused}");
    }
    let called = file(home, "apollo.csv", "E-Mail,C\nann@acme.example,1\n");
    assert_eq!(house.me.keep_mapping(&called, None, None, None).await.unwrap(), home.join("mappings/apollo-2.toml"));
    // Named after the file, with a number where that name is taken.
    std::fs::write(home.join("mappings/two.toml"), "source = \"file\"\n").unwrap();
    assert_eq!(house.me.keep_mapping(&two, None, None, None).await.unwrap(), home.join("mappings/two-2.toml"));
    // A source's export keeps its source.
    let apollo = file(
        home,
        "x.csv",
        "First Name,Last Name,Email,Apollo Contact Id,Apollo Account Id,Company,Title,Farbe\nAnn,Stone,ann@acme.example,1,2,Acme,CTO,blue\n",
    );
    let kept = house.me.keep_mapping(&apollo, None, None, Some("with-colour")).await.unwrap();
    assert!(std::fs::read_to_string(kept).unwrap().contains("source = \"apollo\""));
    assert_eq!(plan(&house.me, &apollo).await.source, Source::Apollo);
}
