//! The clients against the strict simulators, in simulated time: what the notes say must work does, what they warn of
//! is survived, and the books agree with the bill.

use crate::{
    bad_server::{Kit, kit},
    providers::{nobody_known, objects, read_all, search},
};
use leadloom::{
    domain::{Clock, CompanyId, ContactId, Email, Field, Fields, LeadId, Lifecycle, Position, Source, Target, Uuid, Value},
    halopsa::{Changes, Config, Cursor, Depth, Entity, FieldSpec, FieldType, Halo, Links, Match, Remote, StageSpec, Tenant, Wanted, shape},
    net::{Class, Credits, Limit},
    providers::{Clue, Deliverability, Finding, Provider, Reveal, Settings, entry, registry},
    sim::{Fault, Planned, RetryAfter, Sim, SimConfig, Twist, halo::Table},
};
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::{collections::HashSet, sync::Arc, time::Duration};

/// Simulators and clients that share one clock, which only waits move.
async fn start(kit: &Kit, change: impl FnOnce(&mut SimConfig)) -> Sim {
    let clock: Arc<dyn Clock> = kit.clock.clone();
    let mut config = SimConfig { people: 400, clock, ..SimConfig::default() };
    change(&mut config);
    Sim::start(config).await.unwrap()
}

fn env(sim: &Sim, name: &str) -> String {
    sim.env().into_iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("{name} is not given")).1
}

fn halo_config(sim: &Sim) -> Config {
    let mut config = Config::new(
        &env(sim, "HALOPSA_BASE_URL").parse().unwrap(),
        &env(sim, "HALOPSA_CLIENT_ID"),
        env(sim, "HALOPSA_CLIENT_SECRET").into(),
    );
    config.tenant = Some(env(sim, "HALOPSA_TENANT"));
    config
}

fn stages() -> Vec<StageSpec> {
    let stage = |lifecycle: Lifecycle, status: &str| StageSpec {
        position: Position::new(lifecycle, &status.to_lowercase().replace(' ', "_")),
        ticket_type: lifecycle.label().to_owned(),
        status: status.to_owned(),
    };
    vec![
        stage(Lifecycle::Lead, "New Lead"),
        stage(Lifecycle::Lead, "Researching"),
        stage(Lifecycle::Prospect, "New Prospect"),
        stage(Lifecycle::Opportunity, "New Opportunity"),
    ]
}

fn specs() -> Vec<FieldSpec> {
    let spec = |field, name: &str, kind, options: &[&str]| FieldSpec {
        field,
        name: name.to_owned(),
        label: name.to_owned(),
        kind,
        options: options.iter().map(ToString::to_string).collect(),
        entity: Entity::Ticket,
    };
    vec![
        spec(Field::LeadSource, "LeadloomSource", FieldType::Select, &["Apollo.io", "Hunter.io"]),
        spec(Field::DoNotContact, "LeadloomDoNotContact", FieldType::Flag, &[]),
        spec(Field::FoundedYear, "LeadloomFounded", FieldType::Number, &[]),
        spec(Field::PainPoints, "LeadloomPain", FieldType::Memo, &[]),
        spec(Field::RevenueBand, "LeadloomRevenue", FieldType::Select, &["<$1M", "$1M-$5M"]),
    ]
}

/// A tenant in which everything that we need has been created.
async fn set_up(halo: &Halo) -> Tenant {
    let tenant = halo.discover(&stages(), &specs()).await.unwrap();
    assert!(tenant.missing.iter().all(leadloom::halopsa::Missing::can_be_created), "{:#?}", tenant.missing);
    for missing in &tenant.missing {
        halo.create_missing(missing).await.unwrap();
    }
    let tenant = halo.discover(&stages(), &specs()).await.unwrap();
    assert!(tenant.missing.is_empty(), "{:#?}", tenant.missing);
    tenant
}

fn fields(pairs: &[(Field, &str)]) -> Fields {
    pairs.iter().map(|(field, raw)| (*field, Value::parse(field.kind(), raw).unwrap())).collect()
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

/// Client, site, user and ticket of one made-up lead.
struct Chain {
    client: Remote,
    user: Remote,
    ticket: Remote,
}

fn company() -> Fields {
    fields(&[
        (Field::CompanyName, "Quillmark Freight"),
        (Field::Website, "https://quillmark.example"),
        (Field::CompanyDomain, "quillmark.example"),
    ])
}

fn person() -> Fields {
    fields(&[
        (Field::FullName, "Ada Byron"),
        (Field::FirstName, "Ada"),
        (Field::LastName, "Byron"),
        (Field::JobTitle, "CTO"),
        (Field::Email, "ada@quillmark.example"),
        (Field::OtherEmails, "a.byron@quillmark.example"),
        (Field::Phone, "+44 20 7946 0112"),
    ])
}

fn lead() -> Fields {
    fields(&[
        (Field::CompanyName, "Quillmark Freight"),
        (Field::FullName, "Ada Byron"),
        (Field::DealValue, "12000"),
        (Field::CloseDate, "2026-12-31"),
        (Field::LeadSource, "Apollo.io"),
        (Field::FoundedYear, "2009"),
        (Field::DoNotContact, "no"),
        (Field::PainPoints, "Backups fail; nobody notices"),
        (Field::RevenueBand, "$1M-$5M"),
    ])
}

async fn push(halo: &Halo, tenant: &Tenant) -> Chain {
    let client = Changes { fields: company(), reference: Some(Target::Client(CompanyId(id(1))).reference()), ..Changes::default() };
    let client = halo.save(tenant, Entity::Client, None, &client).await.unwrap().remote;
    let site = Changes {
        fields: fields(&[
            (Field::CompanyPhone, "+44 20 7946 0100"),
            (Field::HqStreet, "12 Dock St"),
            (Field::HqCity, "Hull"),
            (Field::HqPostcode, "HU1 1AA"),
        ]),
        reference: Some(Target::Site(CompanyId(id(1))).reference()),
        ..Changes::default()
    };
    let site = halo.save(tenant, Entity::Site, client.links.site, &site).await.unwrap().remote;
    let links = Links { client: Some(client.id), site: Some(site.id), user: None };
    let user = Changes { fields: person(), links, reference: Some(Target::User(ContactId(id(2))).reference()), ..Changes::default() };
    let user = halo.save(tenant, Entity::User, None, &user).await.unwrap().remote;
    let ticket = Changes {
        fields: lead(),
        name: Some("Quillmark Freight: Ada Byron".into()),
        details: Some("From Apollo.io".to_owned()),
        links: Links { user: Some(user.id), ..links },
        reference: Some(Target::Ticket(LeadId(id(3))).reference()),
        position: Some(Position::new(Lifecycle::Lead, "new_lead")),
        probability: Some(10),
        ..Changes::default()
    };
    let saved = halo.save(tenant, Entity::Ticket, None, &ticket).await.unwrap();
    assert!(saved.skipped.is_empty(), "{:?}", saved.skipped);
    Chain { client, user, ticket: saved.remote }
}

#[tokio::test]
async fn a_lead_goes_to_halopsa_and_comes_back_as_it_went() {
    let kit = kit();
    let sim = start(&kit, |config| config.halo.renamed_in_posts = true).await;
    let halo = Halo::new(halo_config(&sim), &kit.tools).unwrap();
    let me = halo.whoami().await.unwrap();
    assert!(me.id.is_some() && me.rights.iter().all(|right| right.refused.is_none()), "{me:?}");
    let tenant = set_up(&halo).await;
    let before = kit.clock.now();
    let chain = push(&halo, &tenant).await;

    for (entity, id, wanted, target) in [
        (Entity::Client, chain.client.id, company(), Target::Client(CompanyId(self::id(1)))),
        (Entity::User, chain.user.id, person(), Target::User(ContactId(self::id(2)))),
        (Entity::Ticket, chain.ticket.id, lead(), Target::Ticket(LeadId(self::id(3)))),
    ] {
        let read = halo.read(&tenant, entity, id).await.unwrap().unwrap();
        assert_eq!(shape(&tenant, entity, &read.fields), shape(&tenant, entity, &wanted), "{entity}");
        assert_eq!((read.reference.as_deref(), read.depth, read.inactive), (Some(&*target.reference()), Depth::Whole, false), "{entity}");
        assert!(read.unread.is_empty() && read.last_update.is_some(), "{entity}: {read:?}");
        // The list says the same, as far as it goes.
        let page = halo.changed(&tenant, entity, Some(before), Cursor::default()).await.unwrap();
        let row = page.items.iter().find(|item| item.id == id).unwrap_or_else(|| panic!("{entity} {id} is not among the changed"));
        assert_eq!((&row.reference, row.last_update), (&read.reference, read.last_update), "{entity}");
    }
    let ticket = halo.read(&tenant, Entity::Ticket, chain.ticket.id).await.unwrap().unwrap();
    assert_eq!((ticket.links.client, ticket.links.user), (Some(chain.client.id), Some(chain.user.id)));
    assert_eq!(ticket.ticket.as_ref().unwrap().position, Some(Position::new(Lifecycle::Lead, "new_lead")));

    // The same ticket becomes an opportunity, and the person inactive.
    let convert =
        Changes { position: Some(Position::new(Lifecycle::Opportunity, "new_opportunity")), probability: Some(30), ..Changes::default() };
    let saved = halo.save(&tenant, Entity::Ticket, Some(chain.ticket.id), &convert).await.unwrap().remote;
    assert_eq!(saved.id, chain.ticket.id);
    let ticket = halo.read(&tenant, Entity::Ticket, chain.ticket.id).await.unwrap().unwrap();
    let state = ticket.ticket.unwrap();
    assert_eq!((state.position, state.probability), (Some(Position::new(Lifecycle::Opportunity, "new_opportunity")), Some(30)));
    assert_eq!(shape(&tenant, Entity::Ticket, &ticket.fields), shape(&tenant, Entity::Ticket, &lead()), "nothing else changed");
    let off = Changes { inactive: Some(true), clear: vec![Field::Phone], ..Changes::default() };
    halo.save(&tenant, Entity::User, Some(chain.user.id), &off).await.unwrap();
    let user = halo.read(&tenant, Entity::User, chain.user.id).await.unwrap().unwrap();
    assert!(user.inactive && user.fields.get(Field::Phone).is_none() && user.fields.get(Field::JobTitle).is_some());
    let listed = halo.changed(&tenant, Entity::User, Some(before), Cursor::default()).await.unwrap();
    assert!(listed.items.iter().any(|item| item.id == user.id && item.inactive), "inactive people are listed too");

    let number = halo.add_action(chain.ticket.id, "Call: wants a quote").await.unwrap();
    assert!(halo.actions(chain.ticket.id).await.unwrap().iter().any(|action| action.id == number && action.note == "Call: wants a quote"));
    assert_eq!(halo.read(&tenant, Entity::User, 999_999).await.unwrap(), None);
}

#[tokio::test]
async fn what_halopsa_has_already_is_found_before_it_is_created() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    let halo = Halo::new(halo_config(&sim), &kit.tools).unwrap();
    let tenant = set_up(&halo).await;
    let chain = push(&halo, &tenant).await;
    let found = async |entity, reference: &str, fields: &Fields, links| {
        let wanted = Wanted { reference, name: "Main", fields, links };
        halo.find(&tenant, entity, &wanted).await.unwrap().into_iter().map(|found| (found.remote.id, found.by)).collect::<Vec<_>>()
    };
    let links = Links { client: Some(chain.client.id), site: None, user: Some(chain.user.id) };
    let (client, user, ticket) = (chain.client.id, chain.user.id, chain.ticket.id);
    let ours = |target: Target| target.reference();
    assert_eq!(
        found(Entity::Client, &ours(Target::Client(CompanyId(id(1)))), &company(), Links::default()).await,
        [(client, Match::Reference)]
    );
    assert_eq!(found(Entity::Client, "another", &company(), Links::default()).await, [(client, Match::Domain)]);
    assert_eq!(found(Entity::User, "another", &person(), links).await, [(user, Match::Email)]);
    assert_eq!(found(Entity::User, &ours(Target::User(ContactId(id(2)))), &person(), links).await, [(user, Match::Reference)]);
    assert_eq!(found(Entity::Ticket, &ours(Target::Ticket(LeadId(id(3)))), &lead(), links).await, [(ticket, Match::Reference)]);
    assert_eq!(found(Entity::Ticket, "another", &lead(), links).await, []);
    assert_eq!(found(Entity::Site, "another", &Fields::new(), links).await.first().map(|(_, by)| *by), Some(Match::Name));

    // The answer to a create is lost: it is in doubt, and found.
    sim.halo().plan(Planned::next(Fault::LostAnswer).at("POST /api/Users"));
    let again = Changes {
        fields: fields(&[(Field::FullName, "Bo Vale"), (Field::Email, "bo@quillmark.example")]),
        links: Links { client: Some(client), site: chain.client.links.site, user: None },
        reference: Some("leadloom:user:lost".to_owned()),
        ..Changes::default()
    };
    let error = halo.save(&tenant, Entity::User, None, &again).await.unwrap_err();
    assert!(error.in_doubt(), "{error}");
    assert_eq!(found(Entity::User, "leadloom:user:lost", &again.fields, links).await.first().map(|(_, by)| *by), Some(Match::Reference));
    let same = sim.halo().all(Table::Users).iter().filter(|user| user["emailaddress"] == "bo@quillmark.example").count();
    assert_eq!(same, 1);
}

/// Reads a list to its end; the ids in the order they came.
async fn ids(halo: &Halo, tenant: &Tenant, entity: Entity) -> Vec<i64> {
    let (mut ids, mut cursor) = (Vec::new(), Some(Cursor::default()));
    for _ in 0..200 {
        let Some(at) = cursor else { return ids };
        let page = halo.changed(tenant, entity, None, at).await.unwrap();
        assert!(page.unreadable.is_empty());
        ids.extend(page.items.iter().map(|item| item.id));
        cursor = page.next;
    }
    panic!("{entity}: a list without end");
}

#[tokio::test]
async fn lists_are_read_whole_and_end_whatever_happens_to_them() {
    let kit = kit();
    let sim = start(&kit, |config| config.halo.limit = None).await;
    let mut config = halo_config(&sim);
    config.page_size = 20;
    let halo = Halo::new(config, &kit.tools).unwrap();
    let tenant = set_up(&halo).await;
    for n in 0..70 {
        let changes = Changes { fields: fields(&[(Field::CompanyName, &format!("Paged {n:02}"))]), ..Changes::default() };
        halo.save(&tenant, Entity::Client, None, &changes).await.unwrap();
    }
    let all: HashSet<i64> = sim.halo().all(Table::Client).iter().map(|client| client["id"].as_i64().unwrap()).collect();
    let read = ids(&halo, &tenant, Entity::Client).await;
    assert_eq!((read.len(), read.iter().copied().collect::<HashSet<_>>()), (all.len(), all.clone()), "each once");
    for twist in [Twist::RepeatPage, Twist::EndlessPages, Twist::ShrinkingPage, Twist::PageDrift { by: -3 }, Twist::PageDrift { by: 3 }] {
        sim.halo().plan(Planned::next(twist.clone().into()).at("GET /api/Client").after(1).times(50));
        let read = ids(&halo, &tenant, Entity::Client).await;
        assert!(!read.is_empty() && read.iter().all(|id| all.contains(id)), "{twist:?}");
        sim.halo().clear_faults();
    }
}

#[tokio::test]
async fn a_token_that_dies_under_way_is_replaced_and_a_429_waited_for() {
    let kit = kit();
    let sim = start(&kit, |config| config.halo.token_seconds = 600).await;
    let halo = Halo::new(halo_config(&sim), &kit.tools).unwrap();
    let tenant = set_up(&halo).await;
    let logins = sim.halo().count("POST /auth/token");
    sim.halo().plan(Planned::next(Fault::Unauthorized).at("GET /api"));
    ids(&halo, &tenant, Entity::User).await;
    assert_eq!(sim.halo().count("POST /auth/token"), logins + 1);
    kit.clock.advance(Duration::from_secs(601));
    ids(&halo, &tenant, Entity::User).await;
    assert_eq!(sim.halo().count("POST /auth/token"), logins + 2);
    for retry_after in [RetryAfter::None, RetryAfter::Seconds(7), RetryAfter::Date(9), RetryAfter::Raw("soon".into())] {
        sim.halo().plan(Planned::next(Fault::TooMany { retry_after }).at("POST /api/Client").times(2));
        let name = format!("Patient {:?}", kit.clock.now());
        let changes = Changes { fields: fields(&[(Field::CompanyName, &name)]), ..Changes::default() };
        halo.save(&tenant, Entity::Client, None, &changes).await.unwrap();
    }
}

#[tokio::test]
async fn the_tenants_budget_holds_in_every_rolling_window_and_is_used() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    let mut config = halo_config(&sim);
    config.retry.patience = Duration::from_mins(10);
    config.budget = Limit::new(600, 300);
    let halo = Halo::new(config, &kit.tools).unwrap();
    let (tenant, started) = (Tenant::default(), kit.clock.now());
    // Eight at once, as the engines do it.
    let calls = (0..8).map(|_| {
        let (halo, tenant) = (halo.clone(), tenant.clone());
        tokio::spawn(async move {
            for _ in 0..300 {
                halo.read(&tenant, Entity::Client, 999_999).await.unwrap();
            }
        })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap();
    }
    let took = kit.clock.now().since(started).as_secs_f64();
    let peak = sim.halo().peak("GET /api", Duration::from_secs(300));
    assert!(peak <= 600, "{peak} in five minutes");
    assert!(took <= 2400.0 / 600.0 * 300.0 / 0.9, "2400 calls took {took} s: less than nine tenths of the budget");
    assert!(sim.halo().requests().iter().all(|request| request.status != 429));
}

fn provider(source: Source, sim: &Sim, kit: &Kit) -> Arc<dyn Provider> {
    let entry = entry(source).unwrap();
    let login = entry.logins[0].iter().map(|part| (part.key.to_owned(), SecretString::from(env(sim, part.env))));
    let settings =
        Settings { base_url: Some(env(sim, entry.service.address).parse().unwrap()), login: login.collect(), ..Settings::default() };
    entry.build(&settings, &kit.tools).unwrap()
}

#[tokio::test]
async fn apollo_brings_two_hundred_people_in_twenty_two_calls_and_the_bill_agrees() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    let apollo = provider(Source::Apollo, &sim, &kit);
    apollo.test_login().await.unwrap();
    sim.apollo().clear_requests();
    let pages = read_all(&*apollo, &search(json!({}), 200), &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    let ids: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!((rows.len(), ids.len(), sim.apollo().requests().len()), (200, 200, 2 + 20));
    let with_mail = rows.iter().filter(|row| row["email"].as_str().is_some_and(|email| Email::parse(email).is_some())).count();
    assert!(with_mail > 120, "{with_mail} of 200 have an address");
    assert_eq!(kit.ledger.used("apollo"), Credits::from_f64(sim.apollo().billed()));
    let usage = apollo.usage().await.unwrap();
    assert!(usage.credits.iter().any(|balance| balance.left.is_some()) && !usage.rates.is_empty(), "{usage:?}");
    let estimate = apollo.estimate(&search(json!({}), 200)).await.unwrap();
    assert_eq!(estimate.rows, Some(200));

    let clue = |row: &Json| Clue { id: row["id"].as_str().map(Into::into), ..Clue::default() };
    let nobody = Clue { id: Some("000000000000000000000000".into()), ..Clue::default() };
    let answers = apollo.enrich(&[clue(rows[0]), nobody, clue(rows[1])], Reveal::Person).await.unwrap();
    let found: Vec<bool> =
        answers.iter().map(|answer| matches!(&answer.finding, Finding::Row(row) if ids.contains(row["id"].as_str().unwrap()))).collect();
    assert_eq!(found, [true, false, true], "an unknown id is answered with somebody else, who is left out");
}

#[tokio::test]
async fn a_paid_answer_that_is_lost_is_asked_for_once_more_and_stays_in_the_books() {
    for fault in [Fault::LostAnswer, Fault::ResetMidBody, Fault::BodyTooShort, Fault::HangUp { applied: true }] {
        let kit = kit();
        let sim = start(&kit, |_| {}).await;
        sim.apollo().plan(Planned::next(fault.clone()).at("POST /api/v1/people/bulk_match").after(3));
        sim.hunter().plan(Planned::next(fault.clone()).at("GET /v2/domain-search"));
        let rows = read_all(&*provider(Source::Apollo, &sim, &kit), &search(json!({}), 100), &nobody_known).await.unwrap();
        assert_eq!(rows.iter().map(|page| page.rows.len()).sum::<usize>(), 100, "{fault:?}: nobody is missing");
        let domain = objects(&rows[0]).iter().find_map(|row| row["organization"]["primary_domain"].as_str()).unwrap();
        read_all(&*provider(Source::Hunter, &sim, &kit), &search(json!({"domains": domain}), None), &nobody_known).await.unwrap();
        for (source, billed) in [("apollo", sim.apollo().billed()), ("hunter", sim.hunter().billed())] {
            let (booked, billed) = (kit.ledger.used(source), Credits::from_f64(billed));
            assert!(booked >= billed && booked <= billed + Credits::whole(10), "{fault:?} {source}: {booked} booked, {billed} billed");
        }
    }
    // Nobody is asked for ever.
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    sim.apollo().plan(Planned::next(Fault::LostAnswer).at("POST /api/v1/people/bulk_match").always());
    let error = provider(Source::Apollo, &sim, &kit).fetch(&search(json!({}), 10), None, &nobody_known).await.unwrap_err();
    assert_eq!((error.class(), sim.apollo().count("POST /api/v1/people/bulk_match")), (Some(Class::Server), 2));
    assert!(kit.ledger.used("apollo") >= Credits::from_f64(sim.apollo().billed()));
}

#[tokio::test]
async fn apollo_gives_numbers_when_asked() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    let apollo = provider(Source::Apollo, &sim, &kit);
    let pages = read_all(&*apollo, &search(json!({"reveal_phone_number": true}), 30), &nobody_known).await.unwrap();
    let numbers = pages.iter().flat_map(objects).filter(|row| row["phone_numbers"].as_array().is_some_and(|all| !all.is_empty())).count();
    assert!(numbers > 0, "of thirty people one should have a number");
    assert_eq!(kit.ledger.used("apollo"), Credits::from_f64(sim.apollo().billed()));
}

#[tokio::test]
async fn lists_of_people_that_misbehave_end_and_double_nobody() {
    for twist in [Twist::RepeatPage, Twist::EndlessPages, Twist::ShrinkingPage, Twist::PageDrift { by: -7 }, Twist::PageDrift { by: 7 }] {
        let kit = kit();
        let sim = start(&kit, |config| config.apollo.unlimited = true).await;
        sim.apollo().plan(Planned::next(twist.clone().into()).at("POST /api/v1/mixed_people").after(1).times(500));
        let pages = read_all(&*provider(Source::Apollo, &sim, &kit), &search(json!({}), 350), &nobody_known).await.unwrap();
        let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
        let ids: HashSet<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
        assert_eq!(rows.len(), ids.len(), "{twist:?}");
        assert_eq!(kit.ledger.used("apollo"), Credits::from_f64(sim.apollo().billed()), "{twist:?}");
    }
}

#[tokio::test]
async fn hunter_reads_the_worlds_companies_and_the_bill_agrees() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    let hunter = provider(Source::Hunter, &sim, &kit);
    hunter.test_login().await.unwrap();
    let apollo = provider(Source::Apollo, &sim, &kit);
    let pages = read_all(&*apollo, &search(json!({}), 100), &nobody_known).await.unwrap();
    let domains: HashSet<&str> =
        pages.iter().flat_map(objects).filter_map(|row| row["organization"]["primary_domain"].as_str()).take(40).collect();
    let wanted = search(json!({"domains": domains}), None);
    let estimate = hunter.estimate(&wanted).await.unwrap();
    let pages = read_all(&*hunter, &wanted, &nobody_known).await.unwrap();
    let rows: Vec<&Json> = pages.iter().flat_map(objects).collect();
    let people: Vec<&str> = rows.iter().filter(|row| row["type"] == "personal").map(|row| row["value"].as_str().unwrap()).collect();
    let unique: HashSet<&str> = people.iter().copied().collect();
    assert!(people.len() > 20, "{}", people.len());
    assert_eq!((people.len(), Some(rows.len() as u64)), (unique.len(), estimate.rows));
    assert!(rows.iter().all(|row| row["company"]["domain"].is_string()));
    assert_eq!(kit.ledger.used("hunter"), Credits::from_f64(sim.hunter().billed()));
    let usage = hunter.usage().await.unwrap();
    assert!(!usage.credits.is_empty(), "{usage:?}");

    let mut verified = HashSet::new();
    for email in unique.iter().take(12) {
        verified.insert(hunter.verify_email(&Email::parse(email).unwrap()).await.unwrap().result);
    }
    assert!(verified.contains(&Deliverability::Verified), "{verified:?}");
    assert_eq!(kit.ledger.used("hunter"), Credits::from_f64(sim.hunter().billed()));
}

#[tokio::test]
async fn hunter_discovers_whom_to_search() {
    let kit = kit();
    let sim = start(&kit, |config| config.people = 1500).await;
    let hunter = provider(Source::Hunter, &sim, &kit);
    let wanted = search(json!({"discover": {"headcount": ["11-50", "51-200"]}, "type": "personal"}), None);
    let (mut companies, mut searched, mut cursor) = (HashSet::new(), 0, None);
    for _ in 0..500 {
        // A run that starts again from its cursor is the same run.
        let page = provider(Source::Hunter, &sim, &kit).fetch(&wanted, cursor.as_deref(), &nobody_known).await.unwrap();
        searched += 1;
        companies.extend(objects(&page).iter().filter_map(|row| row["company"]["domain"].as_str().map(str::to_owned)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert!(cursor.is_none() && companies.len() > 10, "{} companies in {searched} pages", companies.len());
    assert!(sim.hunter().count("POST /v2/discover") <= companies.len().div_ceil(100) + searched / 100 + 1);
    let estimate = hunter.estimate(&wanted).await.unwrap();
    assert!(estimate.rows.unwrap() > 0, "{estimate:?}");
    assert_eq!(kit.ledger.used("hunter"), Credits::from_f64(sim.hunter().billed()));
}

#[tokio::test]
async fn a_source_that_fails_leaves_the_others_alone() {
    let kit = kit();
    let sim = start(&kit, |_| {}).await;
    sim.hunter().plan(Planned::next(Fault::Empty { status: 500 }).always());
    let (apollo, hunter) = (provider(Source::Apollo, &sim, &kit), provider(Source::Hunter, &sim, &kit));
    let (hunting, everybody) = (search(json!({"domains": "corp.example"}), None), search(json!({}), 50));
    let (failed, fine) = tokio::join!(hunter.fetch(&hunting, None, &nobody_known), read_all(&*apollo, &everybody, &nobody_known));
    assert_eq!(failed.unwrap_err().class(), Some(Class::Server));
    assert_eq!(fine.unwrap().iter().map(|page| page.rows.len()).sum::<usize>(), 50);
    assert_eq!(registry().len(), 8);
}
