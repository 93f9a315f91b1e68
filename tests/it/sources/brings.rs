//! What an import of three hundred people brings from each source, in how many calls; that a second one brings and costs
//! nothing; and that the same people from another source enrich whom we have.

use super::stand::{SOURCES, Stand, store};
use leadloom::{
    domain::{CompanyId, Draft, Email, Field, Giver, Outcome, Source, SourceRecord},
    services::RunView,
    sim::{Sighting, sightings, truth},
    store::StoreError,
};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};

const PEOPLE: u64 = 300;
/// So many that every source shows more than three hundred.
const WORLD: usize = 900;

/// What a source is expected to bring.
struct Promise {
    source: Source,
    /// Calls at most: pages of a hundred, batches of the documented size, logins, polls.
    calls: usize,
    /// Fields of the mapping table in the notes: of a hundred people, so many have it at least.
    person: &'static [(Field, usize)],
    /// The same of their employers.
    company: &'static [(Field, usize)],
}

/// Telephone numbers that the world gives are few, and some are rubbish on purpose; the shares follow the world's.
fn promises() -> [Promise; 8] {
    use Field as F;
    [
        Promise {
            source: Source::Apollo,
            // And an enrichment of at most ten employers with each ten people.
            calls: 3 + 30 + 30,
            person: &[
                (F::Email, 75),
                (F::EmailStatus, 75),
                (F::LinkedIn, 70),
                (F::City, 95),
                (F::State, 85),
                (F::Country, 95),
                (F::Seniority, 95),
                (F::Department, 95),
            ],
            company: &[
                (F::Website, 90),
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::Technologies, 90),
                (F::HqCity, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::ZoomInfo,
            // A token, the contract's fields, then 25 at a time, and as many employers.
            calls: 2 + 3 + 12 + 12,
            person: &[
                (F::Email, 75),
                (F::EmailStatus, 75),
                (F::Confidence, 95),
                (F::LinkedIn, 40),
                (F::Phone, 15),
                (F::Mobile, 20),
                (F::City, 95),
                (F::Country, 95),
                (F::Seniority, 95),
                (F::Department, 95),
            ],
            company: &[
                (F::Website, 90),
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::HqStreet, 90),
                (F::HqCity, 90),
                (F::HqPostcode, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::Hunter,
            // A page a company: nobody works for more than a hundred colleagues here.
            calls: 60,
            // A third are role mailboxes, which have no name.
            person: &[
                (F::Email, 99),
                (F::EmailStatus, 99),
                (F::Confidence, 99),
                (F::LinkedIn, 20),
                (F::Seniority, 55),
                (F::Department, 55),
            ],
            company: &[
                (F::Industry, 80),
                (F::Employees, 90),
                (F::CompanyLinkedIn, 90),
                (F::Technologies, 90),
                (F::HqCity, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::Lusha,
            calls: 3 + 3 + 3,
            person: &[
                (F::Email, 70),
                (F::EmailStatus, 70),
                (F::LinkedIn, 55),
                (F::City, 95),
                (F::Country, 95),
                (F::Seniority, 95),
                (F::Department, 95),
            ],
            company: &[
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::Technologies, 90),
                (F::HqCity, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::Seamless,
            // The simulator is done at the third poll.
            calls: 3 + 3 + 9,
            person: &[
                (F::Email, 70),
                (F::EmailStatus, 70),
                (F::Confidence, 70),
                (F::LinkedIn, 50),
                (F::Phone, 8),
                (F::Mobile, 15),
                (F::City, 95),
                (F::Country, 95),
                (F::Seniority, 95),
                (F::Department, 95),
            ],
            company: &[
                (F::Website, 90),
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::HqStreet, 90),
                (F::HqCity, 90),
                (F::HqPostcode, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::Lead411,
            // A login, then two calls a person (looking costs nothing, unlocking does), and one an employer.
            calls: 1 + 3 + 600 + 150,
            person: &[(F::Email, 75), (F::EmailStatus, 75), (F::LinkedIn, 30), (F::Phone, 15), (F::Mobile, 8)],
            company: &[
                (F::CompanyDomain, 90),
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::Technologies, 90),
                (F::HqStreet, 90),
                (F::HqCity, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::RocketReach,
            // Which family of calls the account has, then a hundred at a time, asked after three times; employers one by one.
            calls: 1 + 3 + 3 + 9 + 150,
            person: &[
                (F::Email, 75),
                (F::EmailStatus, 75),
                (F::LinkedIn, 70),
                (F::City, 95),
                (F::Country, 95),
                (F::Seniority, 90),
                (F::Department, 90),
            ],
            company: &[
                (F::Website, 90),
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::Technologies, 90),
                (F::HqStreet, 90),
                (F::HqCity, 90),
                (F::HqPostcode, 90),
                (F::HqCountry, 90),
            ],
        },
        Promise {
            source: Source::UpLead,
            calls: 3,
            person: &[
                (F::Email, 75),
                (F::EmailStatus, 75),
                (F::LinkedIn, 50),
                (F::Phone, 15),
                (F::Mobile, 12),
                (F::City, 95),
                (F::Country, 95),
                (F::Seniority, 90),
                (F::Department, 95),
            ],
            company: &[
                (F::CompanyLinkedIn, 90),
                (F::CompanyPhone, 60),
                (F::Industry, 80),
                (F::Employees, 75),
                (F::Revenue, 50),
                (F::Founded, 65),
                (F::HqStreet, 90),
                (F::HqCity, 90),
                (F::HqCountry, 90),
            ],
        },
    ]
}

/// What the source's id of a row is without the prefix for sources that have none.
fn bare(id: &str) -> String {
    id.strip_prefix("email:").unwrap_or(id).to_lowercase()
}

/// Draft and what the source knows of that person, for all who are somebody.
fn paired<'a>(stand: &Stand, source: Source, drafts: &'a [Draft], seen: &'a [Sighting]) -> Vec<(&'a Draft, &'a Sighting)> {
    let who = truth(stand.house.sim.world(), source);
    let by_person: HashMap<u32, &Sighting> = seen.iter().filter_map(|sighting| Some((sighting.person?, sighting))).collect();
    drafts.iter().filter_map(|draft| Some((draft, *by_person.get(who.get(&bare(&draft.external_id))?)?))).collect()
}

/// Fields of the employers that a run's people have, from that source, one a company.
async fn employers(stand: &Stand, run: &RunView) -> Vec<Draft> {
    let (store, source) = (store(stand.house.home.path()), run.run.source);
    let mut after = None;
    let mut companies: BTreeMap<CompanyId, Vec<SourceRecord>> = BTreeMap::new();
    loop {
        let page = stand.house.me.run_records(run.run.id, None, after, 500).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.record);
        let ids: Vec<_> = page.iter().map(|row| row.record).collect();
        let found = store
            .read(move |view| {
                let mut found = Vec::new();
                for id in ids {
                    if let Some(company) = view.company_of_record(id)? {
                        found.push((company, view.members(company.0)?));
                    }
                }
                Ok::<_, StoreError>(found)
            })
            .await
            .unwrap();
        companies.extend(found);
    }
    companies
        .into_values()
        .filter_map(|records| records.into_iter().rev().find(|record| record.draft.source == source))
        .map(|record| record.draft)
        .collect()
}

fn share(drafts: &[Draft], field: Field) -> usize {
    100 * drafts.iter().filter(|draft| draft.fields.get(field).is_some()).count() / drafts.len().max(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_people_from_each_with_their_fields_in_the_documented_calls_and_nothing_the_second_time() {
    let stand = Stand::new(WORLD).await;
    let mut short = Vec::new();
    for Promise { source, calls, person, company } in promises() {
        let server = stand.server(source);
        let run = stand.import(source, PEOPLE).await;
        assert_eq!(run.run.counters.read, PEOPLE, "{source}: {:?}", run.run.counters);
        assert_eq!(run.run.counters.failed, 0, "{source}: {:?}", run.run.counters);
        let made = server.requests().len();
        if made > calls {
            short.push(format!("{source} took {made} calls, {calls} are enough"));
        }
        let drafts = stand.drafts(run.run.id).await;
        let ids: HashSet<&str> = drafts.iter().map(|draft| draft.external_id.as_str()).collect();
        assert_eq!(ids.len(), drafts.len(), "{source}: nobody twice");
        assert!(drafts.len() as u64 >= PEOPLE - 10, "{source}: {}", drafts.len());

        // What the source knows is what we have.
        let seen = sightings(stand.house.sim.world(), source);
        let pairs = paired(&stand, source, &drafts, &seen);
        assert!(pairs.len() * 100 > drafts.len() * 55, "{source}: {} of {} are known people", pairs.len(), drafts.len());
        let right = |what: &str, expected: Vec<(bool, &Draft)>, least: usize, short: &mut Vec<String>| {
            let good = expected.iter().filter(|(good, _)| *good).count();
            if good * 100 < expected.len() * least || expected.is_empty() {
                short.push(format!("{source}: {what} of {good} in {}, {least} % expected", expected.len()));
            }
        };
        let addresses = pairs.iter().filter_map(|(draft, seen)| {
            let email = Email::parse(seen.email.as_deref()?)?;
            Some((
                draft.fields.str(Field::Email) == email.as_str() || draft.fields.str(Field::OtherEmails).contains(email.as_str()),
                *draft,
            ))
        });
        right("the address", addresses.collect(), 95, &mut short);
        let titles = pairs.iter().filter(|(_, seen)| seen.title.len() > 2);
        right("a title", titles.map(|(draft, _)| (!draft.fields.str(Field::JobTitle).is_empty(), *draft)).collect(), 97, &mut short);
        let names = pairs.iter().filter(|(_, seen)| !seen.last.is_empty());
        right("a name", names.map(|(draft, _)| (!draft.fields.person_name().is_empty(), *draft)).collect(), 99, &mut short);
        let profiles =
            pairs.iter().filter_map(|(draft, seen)| Some((draft.fields.str(Field::LinkedIn).contains(seen.linkedin.as_deref()?), *draft)));
        right("the profile", profiles.collect(), 97, &mut short);
        let names = pairs.iter().filter(|(_, seen)| seen.company.is_some());
        right("an employer", names.map(|(draft, _)| (!draft.fields.str(Field::CompanyName).is_empty(), *draft)).collect(), 97, &mut short);

        let companies = employers(&stand, &run).await;
        for (whose, drafts, wanted) in [("people", &drafts, person), ("companies", &companies, company)] {
            for (field, least) in wanted {
                let have = share(drafts, *field);
                if have < *least {
                    short.push(format!("{source}: {} for {have} % of {} {whose}, {least} % expected", field.key(), drafts.len()));
                }
            }
        }

        let billed = server.billed();
        assert!(billed > 0.0, "{source}");
        let again = stand.import(source, PEOPLE).await.run.counters;
        assert_eq!((again.read, again.created, again.enriched, again.review), (PEOPLE, 0, 0, 0), "{source}: {again:?}");
        // Looking costs there, whoever is found: a credit for 25 people found.
        let looking = if source == Source::Lusha { PEOPLE.div_ceil(25) as f64 } else { 0.0 };
        let more = server.billed() - billed;
        if more > looking {
            short.push(format!("{source}: {more} credits the second time, {looking} for looking"));
        }
    }
    assert!(short.is_empty(), "{}", short.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_of_another_source_enrich_whom_we_have_and_every_value_says_whose_it_is() {
    let stand = Stand::new(300).await;
    let world = stand.house.sim.world().clone();
    let first = stand.import(Source::Apollo, 1000).await;
    let known: HashSet<u32> = {
        let who = truth(&world, Source::Apollo);
        let rows = stand.house.me.run_records(first.run.id, Some(Outcome::Created), None, 1000).await.unwrap();
        let (store, ids) = (store(stand.house.home.path()), rows.iter().map(|row| row.record).collect::<Vec<_>>());
        let read = store.read(move |view| ids.into_iter().map(|id| view.record(id)).collect::<Result<Vec<_>, StoreError>>()).await.unwrap();
        read.into_iter().flatten().filter_map(|record| who.get(&bare(&record.draft.external_id)).copied()).collect()
    };
    assert!(known.len() > 50, "{}", known.len());
    for source in SOURCES.into_iter().filter(|source| *source != Source::Apollo) {
        let run = stand.import(source, 1000).await;
        let who = truth(&world, source);
        let (mut twice, mut enriched, mut shown) = (0, 0, 0);
        let rows = stand.house.me.run_records(run.run.id, None, None, 1000).await.unwrap();
        let (store, ids) = (store(stand.house.home.path()), rows.iter().map(|row| row.record).collect::<Vec<_>>());
        let read = store.read(move |view| ids.into_iter().map(|id| view.record(id)).collect::<Result<Vec<_>, StoreError>>()).await.unwrap();
        for (row, record) in rows.iter().zip(read.into_iter().flatten()) {
            let Some(person) = who.get(&bare(&record.draft.external_id)).filter(|person| known.contains(person)) else { continue };
            match row.outcome {
                Outcome::Created => twice += 1,
                Outcome::Enriched => {
                    enriched += 1;
                    let view = stand.house.me.record(row.contact.unwrap()).await.unwrap();
                    let members: HashSet<Source> = view.members.iter().map(|member| member.source).collect();
                    assert!(members.contains(&source), "{source}, person {person}");
                    let given = |by: Source| view.golden.0.iter().any(|field| matches!(field.giver, Giver::Record(_, one) if one == by));
                    let lost = |by: Source| view.golden.0.iter().any(|field| field.alternates.iter().any(|other| other.source == by));
                    shown += u32::from(given(source) || lost(source));
                    assert!(
                        view.golden.0.iter().all(|field| matches!(field.giver, Giver::Record(_, by) if members.contains(&by))),
                        "{source}"
                    );
                }
                _ => {}
            }
        }
        eprintln!("{source}: {enriched} enriched, {twice} created again, of {} known before; {:?}", known.len(), run.run.counters);
        assert!(enriched > 10 && shown == enriched, "{source}: {enriched} enriched, {shown} show it");
        assert!(twice * 20 <= enriched, "{source}: {twice} people were created again, {enriched} enriched");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_done_in_time_is_listed_and_had_for_nothing_by_the_next_import() {
    let stand = Stand::new(200).await;
    for source in [Source::Seamless, Source::RocketReach] {
        let server = stand.server(source);
        let usual = server.configure(json!({})).unwrap()["polls"].clone();
        server.configure(json!({"polls": 10_000})).unwrap();
        let first = stand.import(source, 20).await.run;
        assert!(first.counters.read == 20 && first.counters.failed > 0, "{source}: {:?}", first.counters);
        let failures = stand.house.me.row_errors(first.id, None, 50).await.unwrap();
        assert_eq!(failures.len() as u64, first.counters.failed, "{source}");
        assert!(failures[0].reason.contains("Import again"), "{source}: {failures:?}");
        let billed = server.billed();
        server.configure(json!({ "polls": usual })).unwrap();
        let again = stand.import(source, 20).await.run.counters;
        assert_eq!((again.read, again.failed), (20, 0), "{source}: {again:?}");
        assert!(again.created > 0, "{source}: {again:?}");
        if source == Source::Seamless {
            assert!(server.billed() <= billed, "{source}: ordered once, paid for once");
        }
    }
}
