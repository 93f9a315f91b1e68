//! `leadloom dedupe` and `leadloom bench` as a user runs them, on files whose answer was worked out by hand.

use assert_cmd::Command;
use serde_json::Value as Json;
use std::{collections::BTreeMap, fs, path::Path, process::Output};
use tempfile::TempDir;

/// The binary in an empty home that must stay so.
fn leadloom(folder: &TempDir, words: &[&str]) -> Output {
    let mut command = Command::cargo_bin("leadloom").unwrap();
    command.env_clear().env("LEADLOOM_HOME", folder.path().join("home")).current_dir(folder.path()).args(words).output().unwrap()
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    out(output)
}

fn json(output: &Output) -> Json {
    serde_json::from_str(done(output).lines().last().unwrap()).unwrap()
}

/// A CSV file as rows by column.
fn table(path: &Path) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Records by cluster, in the order of the file.
fn clusters(path: &Path) -> Vec<Vec<String>> {
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in table(path) {
        clusters.entry(row["cluster_id"].clone()).or_default().push(row["record_id"].clone());
    }
    clusters.into_values().collect()
}

/// p1 and p2 are one by their box, p3 and p4 by profile and mobile in spite of a new employer; p5 is a colleague of the
/// first with their surname and switchboard; p6 to p9 are strangers.
const PEOPLE: &str = "\
id,first_name,last_name,title,company,domain,email,phone,mobile,linkedin,city,country
p1,Ottilie,Krahwinkel,IT Director,Quarry Logistics,quarrylogistics.com,ottilie.krahwinkel@quarrylogistics.com,+44 20 7946 0000,,,London,GB
p2,Ottilie,Krahwinkel,Director of IT,Quarry Logistics Ltd,quarrylogistics.com,Ottilie.Krahwinkel@quarrylogistics.com,,,,London,UK
p3,Siegmund,Vantongeren,CTO,Harbor Foods,harborfoods.com,siegmund@harborfoods.com,,+44 7700 900123,https://www.linkedin.com/in/siegmund-vantongeren,Leeds,GB
p4,Siegmund,Vantongeren,CTO,Nova Energy,novaenergy.com,s.vantongeren@novaenergy.com,,+44 7700 900123,linkedin.com/in/siegmund-vantongeren,York,GB
p5,Balthasar,Krahwinkel,Accountant,Quarry Logistics,quarrylogistics.com,balthasar.krahwinkel@quarrylogistics.com,+44 20 7946 0000,,,London,GB
p6,Maud,Ellery,Nurse,Summit Clinic,summitclinic.com,maud.ellery@summitclinic.com,,,,Bath,GB
p7,Pieter,Oosterhuis,Buyer,Crest Media,crestmedia.nl,p.oosterhuis@crestmedia.nl,,,,Utrecht,NL
p8,Ines,Carvalhal,Cook,Lagoa,lagoa.pt,ines@lagoa.pt,,,,Porto,PT
p9,Tormod,Aasen,Smith,Fjordverk,fjordverk.no,tormod@fjordverk.no,,,,Bergen,NO
";

#[test]
fn records_of_one_person_are_found_and_written_down() {
    let folder = folder(&[("people.csv", PEOPLE)]);
    let output = leadloom(&folder, &["dedupe", "people.csv", "--pairs", "pairs.csv", "--clusters", "clusters.csv"]);
    assert!(done(&output).starts_with("9 records are 7 people"), "{}", out(&output));
    let text = fs::read_to_string(folder.path().join("pairs.csv")).unwrap();
    assert!(text.starts_with("left_id,right_id,probability,bits,decision\n"), "{text}");
    let pairs = table(&folder.path().join("pairs.csv"));
    let of = |left: &str, right: &str| pairs.iter().find(|row| row["left_id"] == left && row["right_id"] == right);
    assert_eq!(of("p1", "p2").unwrap()["decision"], "auto");
    assert!(of("p3", "p4").is_some() && of("p1", "p5").is_none() && of("p2", "p5").is_none(), "{text}");
    for row in &pairs {
        let (probability, bits): (f64, f64) = (row["probability"].parse().unwrap(), row["bits"].parse().unwrap());
        assert!((1.0 / (1.0 + (-bits).exp2()) - probability).abs() < 1e-5, "{row:?}");
    }
    let text = fs::read_to_string(folder.path().join("clusters.csv")).unwrap();
    assert!(text.starts_with("record_id,cluster_id\np1,p1\np2,p1\n"), "{text}");
    let one = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let found = clusters(&folder.path().join("clusters.csv"));
    assert!(found.contains(&one(&["p1", "p2"])) && found.contains(&one(&["p3", "p4"])) && found.contains(&one(&["p5"])), "{found:?}");
    // Nothing else was touched: no home, no database, no log.
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["clusters.csv", "pairs.csv", "people.csv"]);
}

#[test]
fn a_result_is_measured_against_the_truth() {
    // By this truth p1, p2 and p5 are one, so are p3 and p4, and p9 is not named: 4 true pairs, of which the 2 that are
    // found are right.
    let truth = "record_id,entity_id\np1,a\np2,a\np5,a\np3,b\np4,b\np6,c\np7,d\np8,e\nnobody,f\n";
    let folder = folder(&[("people.csv", PEOPLE), ("truth.csv", truth)]);
    let summary = json(&leadloom(&folder, &["dedupe", "people.csv", "--truth", "truth.csv", "--json"]));
    let truth = &summary["truth"];
    assert_eq!([&truth["labelled"], &truth["unlabelled"], &truth["unknown"]].map(|n| n.as_u64().unwrap()), [8, 1, 1]);
    for what in ["pairs", "clusters"] {
        let measure = &truth[what];
        let counts = ["said", "right", "truth"].map(|name| measure[name].as_u64().unwrap());
        assert_eq!(counts, [2, 2, 4], "{what}");
        let shares = ["precision", "recall", "f1"].map(|name| measure[name].as_f64().unwrap());
        for (share, by_hand) in shares.into_iter().zip([1.0, 0.5, 2.0 / 3.0]) {
            assert!((share - by_hand).abs() < 1e-9, "{what} {shares:?}");
        }
    }
    let (auto, review) = (&truth["auto"], &truth["review"]);
    assert_eq!(auto["pairs"].as_u64().unwrap() + review["pairs"].as_u64().unwrap(), 2);
    assert_eq!((auto["wrong"].as_u64(), review["wrong"].as_u64(), truth["missed"].as_u64()), (Some(0), Some(0), Some(2)));
    // All four share a key: the colleagues their surname at one employer.
    assert!((truth["blocking_recall"].as_f64().unwrap() - 1.0).abs() < 1e-9);
    assert!(truth["best_f1"].as_f64().unwrap() > 0.666);
    assert_eq!(
        (summary["records"].as_u64(), summary["clusters"].as_u64(), summary["largest_cluster"].as_u64()),
        (Some(9), Some(7), Some(2))
    );
    let said = leadloom(&folder, &["dedupe", "people.csv", "--truth", "truth.csv"]);
    assert!(done(&said).contains("1.0000  0.5000  0.6667"), "{}", out(&said));
    fs::write(folder.path().join("other.csv"), "record_id,entity_id\nx,1\n").unwrap();
    let wrong = leadloom(&folder, &["dedupe", "people.csv", "--truth", "other.csv"]);
    assert_eq!(wrong.status.code(), Some(1));
    assert!(err(&wrong).contains("names none of the records"), "{}", err(&wrong));
}

#[test]
fn two_files_are_linked_and_keep_their_names_apart() {
    // Both files count from 1, and know the columns by other names; the second has no header for ids.
    let crm = "id,Full Name,Company,Email\n1,Ottilie Krahwinkel,Quarry Logistics,ottilie.krahwinkel@quarrylogistics.com\n2,Maud Ellery,Summit Clinic,maud.ellery@summitclinic.com\n";
    let list = "record_id;Vorname;Nachname;Firma;E-Mail\n1;Ottilie;Krahwinkel;Quarry Logistics Ltd;ottilie.krahwinkel@quarrylogistics.com\n7;Ines;Carvalhal;Lagoa;ines@lagoa.pt\n";
    let folder = folder(&[("crm.csv", crm), ("list.csv", list)]);
    let output = leadloom(&folder, &["dedupe", "crm.csv", "list.csv", "--clusters", "clusters.csv"]);
    assert!(done(&output).starts_with("4 records are 3 people"), "{}", out(&output));
    assert!(err(&output).contains("2 records share their id"), "{}", err(&output));
    let one = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    let found = clusters(&folder.path().join("clusters.csv"));
    assert!(found.contains(&one(&["crm.csv:2", "list.csv:2"])) && found.contains(&one(&["7"])), "{found:?}");
}

#[test]
fn records_without_ids_are_called_after_their_line() {
    let lines = "{\"name\":\"Ottilie Krahwinkel\",\"email\":\"ok@quarrylogistics.com\"}\n{\"name\":\"O. Krahwinkel\",\"email\":\"ok@quarrylogistics.com\"}\n";
    let folder = folder(&[("people.jsonl", lines)]);
    done(&leadloom(&folder, &["dedupe", "people.jsonl", "--pairs", "pairs.csv"]));
    let pairs = table(&folder.path().join("pairs.csv"));
    assert_eq!((pairs.len(), pairs[0]["left_id"].as_str(), pairs[0]["right_id"].as_str()), (1, "people.jsonl:1", "people.jsonl:2"));
}

#[test]
fn explanations_add_up_to_the_last_digit() {
    let folder = folder(&[("people.csv", PEOPLE)]);
    let text = done(&leadloom(&folder, &["dedupe", "people.csv", "--explain"]));
    let block = text.split("\n\n").find(|block| block.contains("p1 and p2: auto")).unwrap();
    assert!(block.contains("against ") && block.contains("Ottilie Krahwinkel"), "{block}");
    let bits = |line: &str| line.split("  ").map(str::trim).find_map(|cell| cell.strip_prefix(['+', '-']).and(cell.parse::<f32>().ok()));
    let rows: Vec<(&str, f32)> = block.lines().skip(2).filter_map(|line| Some((line.trim(), bits(line)?))).collect();
    let ((last, sum), parts) = rows.split_last().unwrap();
    assert!(last.starts_with("sum") && parts.iter().any(|(row, _)| row.starts_with("prior")), "{block}");
    assert!(parts.iter().any(|(row, _)| row.starts_with("remainder")) && parts.len() > 4, "{block}");
    #[allow(clippy::float_cmp, reason = "bits are whole 256ths")]
    {
        assert_eq!(parts.iter().map(|(_, bits)| bits).sum::<f32>(), *sum, "{block}");
    }
    let lines = done(&leadloom(&folder, &["dedupe", "people.csv", "--explain", "--json"]));
    let objects: Vec<Json> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(objects[0]["evidence"]["rows"].is_array() && objects.last().unwrap()["records"] == 9);
}

#[test]
fn hostile_cells_do_no_harm() {
    let rows = "id,first_name,last_name,email\n\
                \"=cmd|'/c calc'!A1\",Ottilie,Krahwinkel,ok@quarrylogistics.com\n\
                \"+x\u{1b}[31m\",Ottilie,Krahwinkel,ok@quarrylogistics.com\n\
                ,\u{202e}=1+1,@SUM(A1),\n\
                ,,,\n\
                n1,,,\n";
    let folder = folder(&[("bad.csv", rows)]);
    let output = leadloom(&folder, &["dedupe", "bad.csv", "--pairs", "pairs.csv", "--clusters", "clusters.csv", "--explain"]);
    // A row with an id and nobody in it cannot be used, is named, and stops nothing.
    assert_eq!(output.status.code(), Some(3), "{}", err(&output));
    assert!(err(&output).contains("bad.csv:6: ") && err(&output).contains("1 row could not be used"), "{}", err(&output));
    for said in [out(&output), err(&output)] {
        assert!(!said.contains(['\u{1b}', '\u{202e}']), "{said:?}");
    }
    for name in ["pairs.csv", "clusters.csv"] {
        for row in table(&folder.path().join(name)) {
            for (column, cell) in row.iter().filter(|(column, _)| column.ends_with("_id")) {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name} {column} {cell:?}");
            }
        }
    }
    let pairs = table(&folder.path().join("pairs.csv"));
    assert_eq!(pairs[0]["left_id"], "'=cmd|'/c calc'!A1");
}

#[test]
fn what_cannot_be_done_is_said_and_writes_nothing() {
    let folder = folder(&[("people.csv", PEOPLE), ("empty.csv", ""), ("map.toml", "source = \"file\"\n[columns]\nfull_nam = \"x\"\n")]);
    for (words, code, why) in [
        (&["dedupe"][..], 2, "FILE"),
        (&["dedupe", "missing.csv"], 1, "missing.csv"),
        (&["dedupe", "empty.csv"], 1, "empty"),
        (&["dedupe", "people.csv", "--kind", "dogs"], 2, "dogs"),
        (&["dedupe", "people.csv", "--mapping", "map.toml", "--pairs", "pairs.csv"], 1, "full_nam"),
        (&["dedupe", "people.csv", "--pairs", "nowhere/pairs.csv"], 1, "nowhere/pairs.csv"),
    ] {
        let output = leadloom(&folder, words);
        assert_eq!(output.status.code(), Some(code), "{words:?} {}", err(&output));
        assert!(err(&output).contains(why), "{words:?} {}", err(&output));
    }
    assert!(!folder.path().join("pairs.csv").exists() && !folder.path().join("home").exists());
}

#[test]
fn companies_and_private_people_are_understood_by_plain_columns() {
    let firms = "id,name,domain,phone,linkedin,city,country,industry\n\
                 k1,Ahuja Holdings Ltd,www.ahujaholdings.com,,https://www.linkedin.com/company/ahujaholdings,Chennai,IN,Partners\n\
                 k2,Ahuja Holdings,ahujaholdings.com,,https://www.linkedin.com/company/ahujaholdings,Madras,IN,Partners\n\
                 k3,Joly & Simon SA,https://www.joly-simon.com,,,,FR,Packaging\n";
    // Numbers of documents, addresses and birthdays tell two people of one name apart, and one person through a slip.
    let people = "rec_id,given_name,surname,street_number,address_1,suburb,postcode,state,date_of_birth,soc_sec_id\n\
                  r1,lachlan,berry,69,giblin street,bittern,4814,qld,19990219,7364009\n\
                  r2,lachlan,bery,69,giblin street,bittern,4814,qld,19990219,7364009\n\
                  r3,lachlan,berry,12,tullaroop street,st james,4011,wa,19081209,6988048\n";
    let folder = folder(&[("firms.csv", firms), ("people.csv", people)]);
    for kind in [&[][..], &["--kind", "company"]] {
        let words: Vec<&str> = ["dedupe", "firms.csv", "--clusters", "firms.out.csv"].into_iter().chain(kind.iter().copied()).collect();
        assert!(done(&leadloom(&folder, &words)).starts_with("3 records are 2 companies"));
        assert!(fs::read_to_string(folder.path().join("firms.out.csv")).unwrap().contains("k2,k1\n"));
    }
    let text = done(&leadloom(&folder, &["dedupe", "people.csv", "--explain", "--clusters", "people.out.csv"]));
    assert_eq!(fs::read_to_string(folder.path().join("people.out.csv")).unwrap(), "record_id,cluster_id\nr1,r1\nr2,r1\nr3,r3\n");
    for evidence in ["69 giblin street", "7364009", "1999-02-19", "same address", "same birthday"] {
        assert!(text.contains(evidence), "{evidence}: {text}");
    }
}

#[test]
fn the_bench_measures_every_phase() {
    let folder = folder(&[]);
    let report = json(&leadloom(&folder, &["bench", "matching", "--rows", "1000", "--json"]));
    let records = report["records"].as_u64().unwrap();
    assert!((700..1300).contains(&records), "{report}");
    for phase in ["read", "prepare", "block", "score", "cluster", "total"] {
        assert!(report["seconds"][phase].as_f64().unwrap() > 0.0, "{phase} {report}");
    }
    let look_up = &report["look_up"];
    assert!(look_up["p50_ms"].as_f64().unwrap() <= look_up["p99_ms"].as_f64().unwrap());
    assert_eq!(look_up["index"].as_u64().unwrap() + look_up["asked"].as_u64().unwrap(), records);
    assert!(cfg!(not(target_os = "linux")) || report["peak_memory_mb"].as_u64().unwrap() > 0);
}
