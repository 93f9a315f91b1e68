//! The HaloPSA client against a small tenant made of scripted answers.

use crate::bad_server::{BadServer, Failure, Kit, Reply, failures, kit};
use leadloom::{
    domain::{Email, Field, FieldKind, Fields, Lifecycle, Position, Timestamp, Value},
    halopsa::{Changes, Config, Cursor, Entity, FieldSpec, FieldType, Halo, Links, Match, StageSpec, Tenant, Wanted, shape},
    net::{Class, Retry},
};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::{Value as Json, json};
use std::{collections::HashMap, sync::Arc, time::Duration};

const SECRET: &str = "canary-secret-51c2";
const TOKEN: &str = "canary-token-88e1";

fn halo(server: &BadServer, kit: &Kit) -> Halo {
    let mut config = Config::new(&server.url.parse().unwrap(), "our-id", SecretString::from(SECRET));
    config.tenant = Some("acme".to_owned());
    config.timeout = Duration::from_millis(400);
    config.body_limit = 1024 * 1024;
    config.page_size = 2;
    Halo::new(config, &kit.tools).unwrap()
}

/// The first line's method, path and query parameters.
fn parts(request: &str) -> (String, String, HashMap<String, String>) {
    let mut words = request.split(' ');
    let (method, target) = (words.next().unwrap().to_owned(), words.next().unwrap());
    let url = url::Url::parse("http://x").unwrap().join(target).unwrap();
    (method, url.path().to_owned(), url.query_pairs().into_owned().collect())
}

fn body(request: &str) -> Json {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

fn token(n: usize) -> Reply {
    Reply::json(
        "200 OK",
        &json!({"access_token": format!("{TOKEN}-{n}"), "expires_in": 3600, "token_type": "Bearer", "scope": "all"}).to_string(),
    )
}

fn ok(json: &Json) -> Reply {
    Reply::json("200 OK", &json.to_string())
}

/// A server that grants tokens and answers the rest by `api(method, path, query, request)`.
async fn tenant_with(api: impl Fn(&str, &str, &HashMap<String, String>, &str) -> Reply + Send + Sync + 'static) -> BadServer {
    BadServer::route(move |nth, request| {
        let (method, path, query) = parts(request);
        if path == "/auth/token" { token(nth) } else { api(&method, path.strip_prefix("/api/").unwrap(), &query, request) }
    })
    .await
}

fn token_calls(server: &BadServer) -> usize {
    server.seen().iter().filter(|request| request.starts_with("POST /auth/token")).count()
}

fn stages() -> Vec<StageSpec> {
    let stage = |lifecycle, stage, kind: &str, status: &str| StageSpec {
        position: Position::new(lifecycle, stage),
        ticket_type: kind.to_owned(),
        status: status.to_owned(),
    };
    vec![
        stage(Lifecycle::Lead, "new", "Lead", "New"),
        stage(Lifecycle::Lead, "contacted", "Lead", "Contacted"),
        stage(Lifecycle::Opportunity, "new", "Opportunity", "New"),
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
        spec(Field::LeadSource, "LeadSource", FieldType::Select, &["Apollo.io", "Hunter.io"]),
        spec(Field::Services, "LeadServices", FieldType::Multi, &["Backup", "Network, managed", "Voice"]),
        spec(Field::DoNotContact, "LeadDoNotContact", FieldType::Flag, &[]),
        spec(Field::FoundedYear, "LeadFounded", FieldType::Number, &[]),
        spec(Field::PainPoints, "ProspectPain", FieldType::Memo, &[]),
    ]
}

/// Answers everything that discovery asks.
fn lists(path: &str, query: &HashMap<String, String>) -> Reply {
    let is = |key: &str, value: &str| query.get(key).is_some_and(|have| have == value);
    let reference =
        |id: i64, name: &str, usage: i64| json!({"id": id, "name": name, "label": "Leadloom reference", "type": 0, "usage": usage});
    ok(&match path {
        "TicketType" if is("domain", "opps") => json!([{"id": 28, "name": "Opportunity", "use": "opps"}]),
        "TicketType" => {
            json!([{"id": 1, "name": "Incident", "use": "ticket"}, {"id": 27.0, "name": "lead ", "use": "ticket"}, {"id": 28, "name": "Opportunity", "use": "opps"}])
        }
        "Status" => json!([
            {"id": 1, "name": "New", "type": "ticket"}, {"id": 5, "name": "Contacted", "type": "ticket"}, {"id": 31, "name": "New", "type": "opportunity"},
        ]),
        "Agent" => json!({"agents": [{"id": 1, "name": "Unassigned"}, {"id": 5, "name": "Kim Lee", "email": "kim@msp.example"}]}),
        "Priority" => json!([{"id": "guid", "priorityid": 3, "name": "Medium"}]),
        "Outcome" => json!([{"id": 7, "outcome": "Private Note"}]),
        "FieldInfo" if is("typeid", "1") => json!([
            {"id": 164, "name": "CFLeadSource", "label": "Lead source", "type": 2, "usage": 1, "values": [{"id": 1, "name": "Apollo.io"}, {"id": 2, "name": "Hunter.io"}]},
            {"id": 165, "name": "CFLeadServices", "type": 3, "usage": 1, "values": [{"id": 1, "name": "Backup"}, {"id": 2, "name": "Network, managed"}]},
            {"id": 166, "name": "CFLeadDoNotContact", "type": 6, "usage": 1},
            {"id": 167, "name": "CFLeadFounded", "type": 0, "inputtype": 1, "usage": 1},
            {"id": 900, "name": "CFClientTier", "type": 0, "usage": 2},
        ]),
        "FieldInfo" if is("typeid", "2") => json!([reference(201, "CFLeadloomClientRef", 2)]),
        "FieldInfo" if is("typeid", "3") => json!([reference(202, "CFLeadloomSiteRef", 3)]),
        "FieldInfo" if is("typeid", "4") => json!([reference(203, "CFLeadloomUserRef", 4)]),
        _ => return Reply::http("404 Not Found", "", ""),
    })
}

async fn tenant() -> Tenant {
    let server = tenant_with(|_, path, query, _| lists(path, query)).await;
    halo(&server, &kit()).discover(&stages(), &specs()).await.unwrap()
}

#[tokio::test]
async fn fifty_expired_tokens_cost_one_login() {
    let server = tenant_with(|_, _, _, request| {
        // The first token has been taken back.
        if request.contains(&format!("{TOKEN}-0")) {
            Reply::http("401 Unauthorized", "", "")
        } else {
            ok(&json!({"record_count": 0, "clients": []}))
        }
    })
    .await;
    let kit = kit();
    let halo = halo(&server, &kit);
    let tenant = Arc::new(Tenant::default());
    let calls = (0..50).map(|_| {
        let (halo, tenant) = (halo.clone(), tenant.clone());
        tokio::spawn(async move { halo.changed(&tenant, Entity::Client, None, Cursor::default()).await })
    });
    for call in calls.collect::<Vec<_>>() {
        call.await.unwrap().unwrap();
    }
    assert_eq!(token_calls(&server), 2, "one at the start, one for all fifty");
    let login = &server.seen()[0];
    assert!(login.starts_with("POST /auth/token?tenant=acme HTTP/1.1"), "{login}");
    assert!(login.ends_with(&format!("grant_type=client_credentials&client_id=our-id&client_secret={SECRET}&scope=all")), "{login}");
}

#[tokio::test]
async fn a_second_refusal_is_a_missing_right() {
    let server = tenant_with(|_, _, _, _| Reply::http("401 Unauthorized", "", "")).await;
    let kit = kit();
    let error = halo(&server, &kit).read(&Tenant::default(), Entity::User, 9).await.unwrap_err();
    assert_eq!((error.class(), token_calls(&server), server.hits()), (Class::Permission, 2, 4), "{error}");
}

#[tokio::test]
async fn a_wrong_secret_is_tried_once_for_everybody_and_appears_nowhere() {
    let refusal = json!({"error": "invalid_client", "error_description": format!("secret {SECRET} is wrong for ann@msp.example")});
    let server = BadServer::start(vec![Reply::json("401 Unauthorized", &refusal.to_string())]).await;
    let kit = kit();
    let halo = halo(&server, &kit);
    let calls: Vec<_> = (0..50)
        .map(|_| {
            let halo = halo.clone();
            tokio::spawn(async move { halo.whoami().await.unwrap_err() })
        })
        .collect();
    for call in calls {
        let error = call.await.unwrap();
        assert_eq!(error.class(), Class::Auth);
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary") && !text.contains("ann@") && text.contains("HALOPSA_CLIENT_SECRET"), "{text}");
    }
    assert_eq!(server.hits(), 1);
    kit.clock.advance(Duration::from_mins(1));
    halo.whoami().await.unwrap_err();
    assert_eq!(server.hits(), 2, "a minute later it may have been mended");
}

#[tokio::test]
async fn a_token_is_renewed_a_minute_before_it_ends() {
    let server = tenant_with(|_, _, _, _| Reply::http("404 Not Found", "", "")).await;
    let kit = kit();
    let halo = halo(&server, &kit);
    for (seconds, logins) in [(0, 1), (3539, 1), (2, 2), (3539, 2)] {
        kit.clock.advance(Duration::from_secs(seconds));
        assert_eq!(halo.read(&Tenant::default(), Entity::User, 9).await.unwrap(), None);
        assert_eq!(token_calls(&server), logins, "after {seconds} s more");
    }
    kit.clock.set(Timestamp::parse("2026-10-01").unwrap());
    halo.read(&Tenant::default(), Entity::User, 9).await.unwrap();
    assert_eq!(token_calls(&server), 2, "a clock set back costs nothing: should the token be dead, the 401 says so");
}

#[tokio::test]
async fn every_failure_ends_soon_in_its_class() {
    let fails_well = |failure: Failure| async move {
        let name = failure.name;
        let server = tenant_with(move |_, _, _, _| failure.reply.clone()).await;
        let kit = kit();
        let started = std::time::Instant::now();
        let error = halo(&server, &kit).changed(&Tenant::default(), Entity::Client, None, Cursor::default()).await.unwrap_err();
        let class = if name == "401" { Class::Permission } else { failure.class };
        assert_eq!(error.class(), class, "{name}: {error}");
        assert!(started.elapsed() < Duration::from_secs(10), "{name}");
    };
    let (slow, quick): (Vec<_>, Vec<_>) = failures().into_iter().partition(|failure| failure.class == Class::Timeout);
    for failure in quick {
        fails_well(failure).await;
    }
    futures_util::future::join_all(slow.into_iter().map(fails_well)).await;
}

/// Reads a list to its end, at most `most` pages; gives the ids.
async fn read_all(halo: &Halo, tenant: &Tenant, entity: Entity, most: usize) -> Vec<i64> {
    let (mut ids, mut cursor) = (Vec::new(), Some(Cursor::default()));
    for _ in 0..most {
        let Some(at) = cursor else { return ids };
        let page = halo.changed(tenant, entity, Timestamp::parse("2026-10-31T06:30:00.5Z"), at).await.unwrap();
        ids.extend(page.items.iter().map(|remote| remote.id));
        cursor = page.next;
    }
    assert!(cursor.is_none(), "still going after {most} pages");
    ids
}

fn client_rows(from: i64, to: i64) -> Vec<Json> {
    (from..=to).map(|id| json!({"id": id, "name": format!("Client {id}")})).collect()
}

#[tokio::test]
async fn paging_ends_whatever_the_server_does() {
    let kit = kit();
    let none = Tenant::default();
    let page = |query: &HashMap<String, String>| query["page_no"].parse::<i64>().unwrap();
    let honest = move |query: &HashMap<String, String>| {
        let page = page(query);
        json!({"record_count": 5, "clients": client_rows(page * 2 - 1, (page * 2).min(5)), "columns": [1]})
    };
    let server = tenant_with(move |_, _, query, _| ok(&honest(query))).await;
    assert_eq!(read_all(&halo(&server, &kit), &none, Entity::Client, 3).await, [1, 2, 3, 4, 5]);
    let (_, path, query) = parts(&server.seen()[1]);
    assert_eq!(path, "/api/Client");
    for (key, value) in [
        ("pageinate", "true"),
        ("page_no", "1"),
        ("page_size", "2"),
        ("order", "id"),
        ("includeinactive", "true"),
        ("lastupdatefromdate", "2026-10-31T06:30:00"),
    ] {
        assert_eq!(query.get(key).map(String::as_str), Some(value), "{key}");
    }

    let stuck = tenant_with(|_, _, _, _| ok(&json!({"record_count": 900, "clients": client_rows(1, 2)}))).await;
    assert_eq!(read_all(&halo(&stuck, &kit), &none, Entity::Client, 2).await, [1, 2], "the same page for ever");

    let shrinking = tenant_with(move |_, _, query, _| {
        ok(&if page(query) == 1 { json!({"record_count": 9, "clients": client_rows(1, 2)}) } else { json!({"record_count": 9}) })
    })
    .await;
    assert_eq!(read_all(&halo(&shrinking, &kit), &none, Entity::Client, 2).await, [1, 2], "a count that promises too much");

    for bare in [json!([{"id": "7"}, {"name": "no id"}, 5]), json!({"results": [{"id": 7.0}]})] {
        let server = tenant_with(move |_, _, _, _| ok(&bare)).await;
        assert_eq!(read_all(&halo(&server, &kit), &none, Entity::Client, 1).await, [7]);
    }
}

#[tokio::test]
async fn tickets_are_read_type_by_type() {
    let tenant = tenant().await;
    let server = tenant_with(|_, _, query, _| {
        let kind: i64 = query["requesttype_id"].parse().unwrap();
        // A stray ticket of another type comes along.
        ok(&json!({"record_count": 2, "tickets": [{"id": kind * 10, "tickettype_id": kind}, {"id": kind * 10 + 1, "tickettype_id": 1}]}))
    })
    .await;
    assert_eq!(read_all(&halo(&server, &kit()), &tenant, Entity::Ticket, 2).await, [270, 280]);
    let (_, _, query) = parts(&server.seen()[1]);
    assert_eq!(query["include_custom_fields"], "164,165,166,167");
}

#[tokio::test]
async fn names_become_ids_and_what_is_missing_is_said() {
    let tenant = tenant().await;
    let ids: Vec<_> = tenant.stages.iter().map(|stage| (stage.position.to_string(), stage.type_id, stage.status_id)).collect();
    assert_eq!(ids, [("lead/new".to_owned(), 27, 1), ("lead/contacted".to_owned(), 27, 5), ("opportunity/new".to_owned(), 28, 31)]);
    assert_eq!(tenant.agent("KIM@msp.example").unwrap().id, 5);
    assert_eq!(tenant.reference_field(Entity::User).unwrap().id, 203);
    let missing: Vec<String> = tenant.missing.iter().map(ToString::to_string).collect();
    assert_eq!(
        missing,
        [
            "The selection \"CFLeadServices\" lacks the options Voice. Add them in HaloPSA; until then these values are not written.",
            "HaloPSA has no custom field \"CFProspectPain\" for tickets (ProspectPain). `leadloom setup` creates it.",
        ]
    );

    let mut wrong = stages();
    wrong[1].status = "Contactd".to_owned();
    wrong[2].ticket_type = "Deal".to_owned();
    let server = tenant_with(|_, path, query, _| if query.contains_key("typeid") { ok(&json!([])) } else { lists(path, query) }).await;
    let tenant = halo(&server, &kit()).discover(&wrong, &[]).await.unwrap();
    let missing: Vec<String> = tenant.missing.iter().map(ToString::to_string).collect();
    assert!(missing[0].contains("has no status \"Contactd\" (there is \"Contacted\")"), "{missing:?}");
    assert!(missing[1].contains("no ticket type \"Deal\""), "{missing:?}");
    assert_eq!(tenant.missing.iter().filter(|missing| missing.can_be_created()).count(), 3, "the three references");
}

#[tokio::test]
async fn missing_fields_are_created_as_an_array_of_one() {
    let tenant = tenant().await;
    let server = tenant_with(|_, _, _, _| Reply::json("201 Created", r#"{"id": 300, "name": "CFProspectPain"}"#)).await;
    let missing = tenant.missing.iter().find(|missing| missing.can_be_created()).unwrap();
    halo(&server, &kit()).create_missing(missing).await.unwrap();
    let sent = body(&server.seen()[1]);
    assert_eq!(sent[0]["name"], "ProspectPain");
    assert_eq!((sent[0]["usage"].as_i64(), sent[0]["type"].as_i64(), sent.as_array().unwrap().len()), (Some(1), Some(1), 1));
}

fn fields(pairs: &[(Field, &str)]) -> Fields {
    pairs.iter().map(|(field, raw)| (*field, Value::parse(field.kind(), raw).unwrap())).collect()
}

#[tokio::test]
async fn a_create_sends_what_halo_wants_and_reads_any_form_of_answer() {
    let tenant = tenant().await;
    let contact = fields(&[
        (Field::FirstName, "Ada"),
        (Field::LastName, "Byron"),
        (Field::Email, "ada@contoso.example"),
        (Field::OtherEmails, "a@x.example, b@x.example, c@x.example"),
        (Field::Mobile, "+44 20 7946 0112"),
        (Field::Industry, "Freight"),
    ]);
    let changes = Changes {
        fields: contact,
        links: Links { client: Some(112), site: Some(140), user: None },
        reference: Some("leadloom:user:1".to_owned()),
        ..Changes::default()
    };
    for answer in [
        json!({"id": 981, "name": "Ada Byron", "site_id": 140.0, "client_id": 112, "useremail": "x", "_warning": "Look out"}),
        json!([{"id": 981.0, "name": "Ada Byron", "site_id": 140, "client_id": "112"}]),
        json!({"users": [{"id": "981", "name": "Ada Byron", "site_id_int": 140, "client_id": 112}]}),
    ] {
        let server = tenant_with(move |_, _, _, _| Reply::json("201 Created", &answer.to_string())).await;
        let saved = halo(&server, &kit()).save(&tenant, Entity::User, None, &changes).await.unwrap();
        assert_eq!((saved.remote.id, saved.remote.links.site, saved.remote.links.client), (981, Some(140), Some(112)));
        assert_eq!(
            body(&server.seen()[1]),
            json!([{
                "firstname": "Ada", "surname": "Byron", "emailaddress": "ada@contoso.example", "email2": "a@x.example", "email3": "b@x.example",
                "mobilenumber": "+44 20 7946 0112", "client_id": 112, "site_id": 140,
                "customfields": [{"id": 203, "value": "leadloom:user:1"}], "name": "Ada Byron", "sendwelcomeemail": false,
            }])
        );
    }
}

#[tokio::test]
async fn an_update_sends_only_what_changed() {
    let tenant = tenant().await;
    let server = tenant_with(|_, _, _, _| {
        ok(&json!({"id": 5012, "tickettype_id": 28, "status_id": 31, "lastupdate": "2026-11-02T10:00:41.903", "oppvalue": 12000.0,
            "customfields": [{"id": 164, "value": 2, "display": "Hunter.io"}, {"id": 166, "value": "true"}]}))
    })
    .await;
    let changes = Changes {
        fields: fields(&[
            (Field::LeadSource, "hunter.io"),
            (Field::Services, "Backup, Golf"),
            (Field::CloseDate, "2026-12-31"),
            (Field::PainPoints, "slow"),
        ]),
        clear: vec![Field::DealValue, Field::DoNotContact],
        position: Some(Position::new(Lifecycle::Opportunity, "new")),
        probability: Some(60),
        owner: Some("kim lee".into()),
        ..Changes::default()
    };
    let saved = halo(&server, &kit()).save(&tenant, Entity::Ticket, Some(5012), &changes).await.unwrap();
    assert_eq!(
        body(&server.seen()[1]),
        json!([{
            "id": 5012, "targetdate": "2026-12-31T12:00:00Z", "oppvalue": 0, "customfields": [{"id": 164, "value": 2}, {"id": 166, "value": false}],
            "tickettype_id": 28, "status_id": 31, "oppconversionprobability": 60, "agent_id": 5,
        }])
    );
    let why: Vec<_> = saved.skipped.iter().map(|skipped| (skipped.field, skipped.why.as_str())).collect();
    assert_eq!(
        why,
        [
            (Field::Services, "the selection \"CFLeadServices\" has no option \"Golf\""),
            (Field::PainPoints, "HaloPSA has no custom field for it; `leadloom setup` creates it"),
        ]
    );
    let remote = saved.remote;
    assert_eq!(remote.ticket.as_ref().unwrap().position, Some(Position::new(Lifecycle::Opportunity, "new")));
    assert_eq!(remote.last_update, Timestamp::parse("2026-11-02T10:00:41.903Z"));
    assert_eq!(
        remote.fields,
        [
            (Field::DealValue, Value::Number(12000)),
            (Field::LeadSource, Value::Text("Hunter.io".into())),
            (Field::DoNotContact, Value::Flag(true))
        ]
        .into_iter()
        .collect()
    );
}

#[tokio::test]
async fn a_create_is_sent_once_and_an_update_again() {
    let tenant = tenant().await;
    for (reply, doubtful) in [
        (Reply::http("500 Internal Server Error", "", ""), true),
        (Reply::http("504 Gateway Timeout", "", ""), true),
        (Reply::Hang, true),
        (Reply::Reset(b"HTTP/1.1 201 Created\r\ncontent-length: 100\r\n\r\n{\"id\"".to_vec()), true),
        (Reply::json("201 Created", "{\"id\": 98"), true),
        (Reply::json("201 Created", "[]"), true),
        (Reply::json("400 Bad Request", r#"{"ClassName":"System.Exception","Message":"A Site must be selected"}"#), false),
    ] {
        let again = reply.clone();
        let server = tenant_with(move |_, _, _, _| reply.clone()).await;
        let changes = Changes { fields: fields(&[(Field::FullName, "Ada Byron")]), ..Changes::default() };
        let error = halo(&server, &kit()).save(&tenant, Entity::User, None, &changes).await.unwrap_err();
        assert_eq!((error.in_doubt(), server.hits()), (doubtful, 2), "{error}");
        if !doubtful {
            assert_eq!(error.words(), "A Site must be selected");
        }
        let server = tenant_with(move |_, _, _, _| again.clone()).await;
        let error = halo(&server, &kit()).save(&tenant, Entity::User, Some(981), &changes).await.unwrap_err();
        assert!(!error.in_doubt(), "{error}");
        assert_eq!(server.hits(), if error.retry_helps() { 5 } else { 2 }, "{error}");
    }
}

#[tokio::test]
async fn an_earlier_create_is_found_before_the_next() {
    let tenant = tenant().await;
    let reference = "leadloom:user:0190";
    let users = json!([
        {"id": 1, "name": "Ada Byron", "emailaddress": "ADA@contoso.example", "client_id": 112},
        {"id": 2, "name": "Ada", "emailaddress": "not-ada@contoso.example", "client_id": 112},
        {"id": 3, "name": "A. Byron", "email2": "ada@contoso.example", "inactive": true, "customfields": []},
    ]);
    let server = tenant_with(move |_, path, _, _| match path {
        "Users" => ok(&json!({"record_count": 3, "users": users})),
        "Users/1" => ok(&json!({"id": 1, "emailaddress": "ada@contoso.example", "customfields": [{"id": 203, "value": reference}]})),
        _ => panic!("{path} is of no use"),
    })
    .await;
    let ada = fields(&[(Field::Email, "ada@contoso.example"), (Field::FullName, "Ada Byron")]);
    let wanted = Wanted { reference, name: "", fields: &ada, links: Links::default() };
    let mut config = Config::new(&server.url.parse().unwrap(), "our-id", SecretString::from(SECRET));
    config.retry = Retry { attempts: 1, ..Retry::default() };
    let found = Halo::new(config, &kit().tools).unwrap().find(&tenant, Entity::User, &wanted).await.unwrap();
    let found: Vec<_> = found.iter().map(|found| (found.remote.id, found.by)).collect();
    assert_eq!(found, [(1, Match::Reference), (3, Match::Email)], "the address must be the same, not alike");
    assert_eq!(parts(&server.seen()[1]).2["search"], "ada@contoso.example");

    let server = tenant_with(|_, path, query, _| match (path, query.get("requesttype_id").map(String::as_str)) {
        ("Tickets", Some("27")) => ok(&json!({"record_count": 1, "tickets": [{"id": 50, "tickettype_id": 27}]})),
        ("Tickets", _) => ok(&json!({"record_count": 1, "tickets": [{"id": 51, "third_party_id_string": "leadloom:ticket:9"}]})),
        _ => ok(&json!({"id": 50, "third_party_id_string": "leadloom:ticket:8"})),
    })
    .await;
    let wanted = Wanted { reference: "leadloom:ticket:8", links: Links { user: Some(981), ..Links::default() }, ..wanted };
    let found = halo(&server, &kit()).find(&tenant, Entity::Ticket, &wanted).await.unwrap();
    assert_eq!(found.iter().map(|found| found.remote.id).collect::<Vec<_>>(), [50]);
}

#[tokio::test]
async fn what_a_person_typed_is_never_taken_for_empty() {
    let server = tenant_with(|_, _, _, _| {
        ok(&json!({"id": 981, "name": "Ada", "phonenumber": "020 7946 0112", "emailaddress": "ada at contoso", "mobilenumber": " ", "title": "CTO\u{1b}[31m"}))
    })
    .await;
    let remote = halo(&server, &kit()).read(&Tenant::default(), Entity::User, 981).await.unwrap().unwrap();
    let unread: Vec<_> = remote.unread.iter().map(|unread| (unread.field, unread.text.as_str())).collect();
    assert_eq!(unread, [(Field::Email, "ada at contoso"), (Field::Phone, "020 7946 0112")]);
    assert_eq!(remote.fields, fields(&[(Field::FullName, "Ada"), (Field::JobTitle, "CTO")]));
}

#[tokio::test]
async fn notes_are_filed_privately_and_listed() {
    let server = tenant_with(|method, _, _, _| {
        if method == "POST" { Reply::json("201 Created", r#"{"id":3}"#) } else { ok(&json!({"actions": [{"id": 3, "note": "Call:  wants a quote", "outcome": "Private Note", "datetime": "2026-11-02T10:00:41"}]})) }
    })
    .await;
    let halo = halo(&server, &kit());
    assert_eq!(halo.add_action(5012, "Call: wants a quote").await.unwrap(), 3);
    assert_eq!(
        body(&server.seen()[1]),
        json!([{"ticket_id": 5012, "outcome": "Private Note", "note": "Call: wants a quote", "hiddenfromuser": true}])
    );
    assert_eq!(halo.actions(5012).await.unwrap()[0].note, "Call: wants a quote");
}

#[tokio::test]
async fn rights_are_tried_one_by_one() {
    let server = tenant_with(|_, path, _, _| match path {
        "Agent/me" => ok(&json!({"id": 5, "name": "Leadloom API"})),
        "Opportunities" => Reply::http("403 Forbidden", "", ""),
        _ => ok(&json!([])),
    })
    .await;
    let me = halo(&server, &kit()).whoami().await.unwrap();
    assert_eq!(me.name, "Leadloom API");
    let refused: Vec<_> = me.rights.iter().filter(|right| right.refused.is_some()).map(|right| right.what).collect();
    assert_eq!(refused, ["read opportunities"]);
}

/// Logging is set up per process, so this one runs alone, started by the next test.
#[tokio::test]
#[ignore = "no_secret_and_no_person_is_logged runs it in a process of its own"]
async fn talkative() {
    tracing::subscriber::set_global_default(tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).finish()).unwrap();
    let server = tenant_with(|_, path, _, request| match path {
        "Users" if request.starts_with("POST") => {
            Reply::json("400 Bad Request", &json!({"Message": format!("ada@contoso.example with {TOKEN}-0 exists")}).to_string())
        }
        _ => ok(&json!({"record_count": 0, "users": []})),
    })
    .await;
    let halo = halo(&server, &kit());
    let ada = fields(&[(Field::Email, "ada@contoso.example"), (Field::FullName, "Ada Byron")]);
    let wanted = Wanted { reference: "r", name: "", fields: &ada, links: Links::default() };
    halo.find(&Tenant::default(), Entity::User, &wanted).await.unwrap();
    let error = halo.save(&Tenant::default(), Entity::User, None, &Changes { fields: ada, ..Changes::default() }).await.unwrap_err();
    println!("{error} {error:?}");
}

#[test]
fn no_secret_and_no_person_is_logged() {
    let child = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["halopsa::talkative", "--exact", "--ignored", "--nocapture", "--test-threads", "1"])
        .output()
        .unwrap();
    let log = String::from_utf8(child.stdout).unwrap() + &String::from_utf8(child.stderr).unwrap();
    assert!(child.status.success() && log.matches("leadloom::net").count() >= 3, "{log}");
    for canary in [SECRET, TOKEN, "ada@", "ada%40", "Byron"] {
        assert!(!log.contains(canary), "{canary} in: {log}");
    }
}

fn any_value(field: Field) -> BoxedStrategy<Value> {
    let text = || "[a-zA-Z0-9 .,&'-]{1,300}";
    match field.kind() {
        FieldKind::Email => "[a-z]{1,10}@[a-z]{1,10}\\.example".prop_map(|raw| Value::Email(Email::parse(&raw).unwrap())).boxed(),
        FieldKind::Phone => "\\+44 20 79[0-9]{2} [0-9]{4}".prop_map(|raw| Value::parse(FieldKind::Phone, &raw).unwrap()).boxed(),
        FieldKind::Number => any::<i32>().prop_map(|n| Value::Number(n.into())).boxed(),
        FieldKind::Span => (1_i64..9999).prop_map(|n| Value::Span(leadloom::domain::Span::exactly(n))).boxed(),
        FieldKind::Flag => any::<bool>().prop_map(Value::Flag).boxed(),
        FieldKind::Date => (0_i64..4_000_000_000).prop_map(|s| Value::Date(Timestamp::from_micros(s * 1_000_000))).boxed(),
        FieldKind::List => proptest::collection::vec(text(), 0..4)
            .prop_map(|items| Value::List(leadloom::domain::unique(items.iter().map(|item| item.as_str().into()))))
            .boxed(),
        kind => (text(), Just(kind))
            .prop_filter_map("fits", |(raw, kind)| {
                Value::parse(kind, &raw).or_else(|| Value::parse(kind, "corp.example")).or_else(|| Value::parse(kind, "GB"))
            })
            .boxed(),
    }
}

#[test]
fn what_halo_can_hold_comes_back_as_it_went() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let tenant = runtime.block_on(tenant());
    let everything: Vec<_> = Field::ALL.iter().map(|field| any_value(*field).prop_map(|value| (*field, value))).collect();
    proptest!(ProptestConfig::with_cases(48), |(pairs in everything, label in proptest::sample::select(vec!["Apollo.io", "apollo.io", "Zoom"]), which in 0..4_usize)| {
        let mut fields: Fields = pairs.into_iter().collect();
        fields.set(Field::LeadSource, Value::Text(label.into()));
        fields.set(Field::Services, Value::Text("Backup, Network, managed".into()));
        let entity = Entity::ALL[which];
        let held = shape(&tenant, entity, &fields);
        prop_assert_eq!(&shape(&tenant, entity, &held), &held, "once is enough");
        for (field, value) in held.iter() {
            let given = fields.get(field).unwrap().to_string();
            prop_assert!(given.to_lowercase().starts_with(&value.to_string().to_lowercase()) || matches!(field.kind(), FieldKind::Date | FieldKind::Flag | FieldKind::List), "{field:?}: {given} became {value}");
        }
        if entity == Entity::Ticket {
            prop_assert_eq!(held.str(Field::LeadSource), if label.starts_with(['A', 'a']) { "Apollo.io" } else { "" });
            prop_assert_eq!(held.get(Field::PainPoints), None, "the tenant has no such field");
        }
    });
}
