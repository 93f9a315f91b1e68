//! The columns of HaloPSA's tables: names, types, lengths, who may write. Input is coerced by them the way the
//! real server's JSON reader does it; unknown keys are dropped in silence. Source: the tenant's OpenAPI and
//! section 3 of the API notes.

use crate::domain::Timestamp;
use serde_json::{Map, Value, json};

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A whole number; digit strings are taken, `95.0` is not.
    Int,
    /// A number; also the few ids that the database stores as FLOAT.
    Num,
    /// Text up to that many characters.
    Text(usize),
    /// True or false.
    Flag,
    /// A point in time.
    Date,
    /// An object or array, kept as sent.
    Any,
}

/// Who may write it, and where it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Written by clients, shown everywhere.
    Plain,
    /// Written by clients, shown only with `includedetails=true`.
    Heavy,
    /// Set by the server; sent values are ignored.
    Server,
    /// Steers a write and is never stored.
    Control,
}

/// One column.
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) access: Access,
}

const fn plain(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, access: Access::Plain }
}
const fn heavy(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, access: Access::Heavy }
}
const fn server(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, access: Access::Server }
}
const fn control(name: &'static str, kind: Kind) -> Column {
    Column { name, kind, access: Access::Control }
}

use Kind::{Any, Date, Flag, Int, Num, Text};
/// Columns whose length the notes do not give.
const T: Kind = Text(255);
const LONG: Kind = Text(1_000_000);

pub(super) const TICKET: &[Column] = &[
    plain("summary", Text(4000)),
    heavy("details", LONG),
    heavy("details_html", LONG),
    plain("tickettype_id", Int),
    plain("status_id", Int),
    plain("priority_id", Int),
    plain("sla_id", Int),
    plain("client_id", Int),
    plain("site_id", Int),
    plain("user_id", Int),
    plain("reportedby", T),
    plain("agent_id", Int),
    plain("team", T),
    control("team_id", Int),
    plain("category_1", T),
    plain("category_2", T),
    plain("category_3", T),
    plain("category_4", T),
    plain("categoryid_1", Int),
    plain("categoryid_2", Int),
    plain("categoryid_3", Int),
    plain("categoryid_4", Int),
    plain("impact", Int),
    plain("urgency", Int),
    plain("source", Int),
    plain("parent_id", Int),
    plain("dateoccurred", Date),
    plain("startdate", Date),
    plain("targetdate", Date),
    plain("deadlinedate", Date),
    plain("followupdate", Date),
    server("datecreated", Date),
    server("dateclosed", Date),
    server("last_update", Date),
    server("lastactiondate", Date),
    server("hasbeenclosed", Flag),
    plain("inactive", Flag),
    plain("flagged", Flag),
    plain("onhold", Flag),
    plain("third_party_id", Int),
    plain("third_party_id_string", Text(200)),
    // Takes effect with `domerge` only; `tickets` drops it otherwise.
    plain("merged_into_id", Int),
    plain("oppcompanyname", T),
    plain("oppcontactname", T),
    plain("oppemailaddress", T),
    plain("opptel", T),
    plain("oppjobtitle", T),
    plain("oppcustomertitle", T),
    plain("oppaddr1", T),
    plain("oppaddr2", T),
    plain("oppaddr3", T),
    plain("oppaddr4", T),
    plain("opppostcode", T),
    plain("oppcountry", T),
    plain("oppregion", T),
    plain("opptype", T),
    plain("opphear", T),
    plain("oppcurrentsystem", T),
    plain("oppcompetitors", T),
    plain("oppproductchosen", T),
    plain("oppreason", T),
    plain("oppvalue", Num),
    plain("oppvalue_monthly", Num),
    plain("oppvalue_annual", Num),
    plain("oppvalue_oneoff", Num),
    plain("oppprofit", Num),
    plain("oppconversionprobability", Num),
    plain("opptrialdate", Date),
    plain("oppdemodate", Date),
    plain("oppdiscountdate", Date),
    plain("oppconverteddate", Date),
    plain("oppattemptsmade", Int),
    plain("oppclosurecategory", Int),
    plain("oppdontaddtomailinglist", Flag),
    heavy("tags", Any),
    control("add_tags", Any),
    heavy("external_links", Any),
    control("new_external_link", Any),
    control("domerge", Flag),
    control("dont_do_rules", Flag),
    control("donotapplytemplateintheapi", Flag),
    control("sendack", Flag),
    control("utcoffset", Num),
    control("_novalidate", Flag),
    control("_validate_updates", Flag),
    control("_recover", Flag),
    control("_isimport", Flag),
    control("_importtype", T),
    control("_importthirdpartyid", T),
    control("_match_thirdparty_id", T),
    control("_match_integration_id", Int),
    control("_forcereassign", Flag),
];

pub(super) const CLIENT: &[Column] = &[
    plain("name", T),
    plain("toplevel_id", Int),
    plain("inactive", Flag),
    plain("colour", T),
    heavy("notes", LONG),
    plain("website", Text(250)),
    plain("domain", Text(250)),
    plain("ref", T),
    plain("customertype", Int),
    heavy("customer_relationship", Any),
    plain("accountmanagertech", Int),
    plain("pritech", Int),
    plain("sectech", Int),
    plain("salesreptech", Int),
    plain("stopped", Int),
    plain("is_vip", Flag),
    plain("main_site_id", Int),
    heavy("trading_name", T),
    heavy("tax_number", T),
    server("datecreated", Date),
    server("alastupdate", Date),
    plain("is_account", Flag),
    plain("isopportunity", Int),
    plain("oppid", Int),
    heavy("external_links", Any),
    control("new_external_link", Any),
    control("newclient_sitename", T),
    control("newclient_contactname", T),
    control("newclient_contactemail", T),
    control("newclient_contacttitle", T),
    control("newclient_phonenumber", Text(50)),
    control("newclient_domain", T),
    control("newclient_delivery_address", Any),
    control("newclient_countrycode", T),
    control("newclient_regioncode", Int),
    control("newclient_timezone", T),
    control("_merge_client_into", Int),
    control("_isimport", Flag),
    control("_importtype", T),
];

pub(super) const SITE: &[Column] = &[
    plain("name", T),
    plain("client_id", Num),
    plain("inactive", Flag),
    plain("sla_id", Int),
    plain("phonenumber", Text(50)),
    plain("timezone", T),
    heavy("notes", LONG),
    plain("maincontact_id", Int),
    heavy("delivery_address", Any),
    heavy("invoice_address", Any),
    plain("country_code", T),
    plain("region_code", T),
    plain("isinvoicesite", Flag),
    plain("ref", T),
    server("datecreated", Date),
    server("slastupdate", Date),
    heavy("external_links", Any),
    control("new_external_link", Any),
    control("_isimport", Flag),
];

pub(super) const USER: &[Column] = &[
    plain("name", T),
    plain("firstname", Text(200)),
    plain("surname", Text(200)),
    plain("title", T),
    plain("emailaddress", T),
    plain("email2", T),
    plain("email3", T),
    plain("phonenumber", T),
    plain("mobilenumber", T),
    plain("mobilenumber2", T),
    plain("homenumber", T),
    plain("fax", T),
    plain("site_id", Num),
    // Sent, it only steers: the client follows from the site.
    control("client_id", Int),
    plain("inactive", Flag),
    plain("isimportantcontact", Flag),
    plain("neversendemails", Flag),
    heavy("notes", LONG),
    plain("other1", T),
    plain("other2", T),
    plain("other3", T),
    plain("other4", T),
    plain("other5", T),
    plain("login", T),
    plain("isserviceaccount", Flag),
    plain("is_prospect", Flag),
    plain("prospect_account_id", Int),
    plain("new_account_name", T),
    plain("opportunity_id", Int),
    plain("oppcompanyname", T),
    plain("oppcontactname", T),
    plain("oppemailaddress", T),
    server("datecreated", Date),
    server("ulastupdate", Date),
    heavy("external_links", Any),
    control("new_external_link", Any),
    control("sendwelcomeemail", Flag),
    control("_merge_user_into", Int),
    control("_email_collision", Int),
    control("_anonymise", Flag),
    control("_isimport", Flag),
];

pub(super) const ACTION: &[Column] = &[
    plain("ticket_id", Int),
    plain("outcome", T),
    plain("outcome_id", Int),
    plain("note", LONG),
    plain("note_html", LONG),
    plain("hiddenfromuser", Flag),
    server("who", T),
    server("who_agentid", Int),
    server("who_type", Int),
    plain("datetime", Date),
    control("actiondate", Date),
    control("actionwho", T),
    server("actiondatecreated", Date),
    plain("timetaken", Num),
    control("new_status", Int),
    server("old_status", Int),
    server("new_status_name", T),
    control("sendemail", Flag),
    plain("emailto", T),
    control("new_oppvalue", Num),
    control("new_oppconversionprobability", Num),
    control("new_oppcontactname", T),
    control("new_foppvalue_monthly", Num),
    control("new_foppvalue_annual", Num),
    control("new_foppvalue_oneoff", Num),
    control("_isimport", Flag),
    control("dont_do_rules", Flag),
];

pub(super) const NOTE: &[Column] = &[
    plain("client_id", Int),
    plain("site_id", Int),
    plain("user_id", Int),
    plain("supplier_id", Int),
    plain("subject", T),
    plain("note", LONG),
    plain("detail", LONG),
    plain("datetime", Date),
    server("who_agentid", Int),
    plain("timetaken", Num),
    plain("nextcalldate", Date),
    plain("third_party_id", T),
];

pub(super) const FIELD: &[Column] = &[
    plain("name", Text(66)),
    plain("label", Text(256)),
    plain("summary", T),
    plain("usage", Int),
    plain("type", Int),
    plain("inputtype", Int),
    plain("characterlimit", Int),
    plain("searchable", Flag),
    plain("user_searchable", Flag),
    plain("calendar_searchable", Flag),
    plain("copytochild", Flag),
    plain("copytochildonupdate", Flag),
    plain("hint", T),
    plain("defaultvalue", T),
    server("guid", T),
    server("custom", Int),
    server("values", Any),
    control("new_values", LONG),
];

pub(super) const WEBHOOK: &[Column] = &[
    server("id", T),
    plain("name", T),
    plain("url", Text(2000)),
    plain("type", Int),
    plain("method", Int),
    plain("content_type", T),
    plain("active", Flag),
    plain("authentication_type", Int),
    plain("authentication_header", T),
    plain("basic_username", T),
    plain("basic_password", T),
    plain("signature_prefix", T),
    plain("algorithm", Int),
    plain("digest", Int),
    plain("payload_type", Int),
    plain("batch_method", Int),
    plain("batch_delay_seconds", Int),
    plain("batch_limit", Int),
    plain("notify_on_failure", Flag),
    plain("note", LONG),
    server("last_status", Int),
];

pub(super) const NOTIFICATION: &[Column] = &[
    plain("webhook_id", T),
    plain("type", Int),
    plain("delivery_method", Int),
    plain("eventno", Int),
    plain("name", T),
    plain("agent_id", Int),
    plain("user_id", Int),
    plain("slack_id", Int),
    plain("teams_id", Int),
    plain("filter_type", Int),
    plain("restriction_type", Int),
    plain("interval", Num),
    plain("useworkinghours", Int),
    plain("emailtemplate_id", Int),
    plain("conditions", Any),
    server("guid", T),
];

pub(super) const ATTACHMENT: &[Column] = &[
    plain("ticket_id", Int),
    plain("action_id", Int),
    plain("filename", T),
    plain("desc", T),
    plain("type", Int),
    plain("note", LONG),
    server("datecreated", Date),
    server("filesize", Int),
    server("unique_id", Int),
    control("data_base64", Text(16 << 20)),
];

/// The column called `name`.
pub(super) fn column(columns: &'static [Column], name: &str) -> Option<&'static Column> {
    columns.iter().find(|column| column.name == name)
}

/// What the JSON reader complains about: `[0].outcome_id` and the sentence.
pub(super) type Complaint = (String, String);

/// One element of a POST, read by the columns: known keys only, each of its column's type.
pub(super) fn read_element(
    columns: &'static [Column],
    nth: usize,
    element: &Map<String, Value>,
    complaints: &mut Vec<Complaint>,
) -> Map<String, Value> {
    let mut read = Map::new();
    for (key, value) in element {
        let Some(column) = column(columns, key).filter(|c| c.access != Access::Server) else { continue };
        // A null is as if the key were not there: nothing is cleared by it.
        if value.is_null() {
            continue;
        }
        let path = format!("[{nth}].{key}");
        match coerce(column.kind, value) {
            Ok(value) => {
                read.insert(key.clone(), value);
            }
            Err(why) => complaints.push((path.clone(), format!("{why} Path '{path}', line 1, position {}.", 20 + nth * 40))),
        }
    }
    read
}

fn coerce(kind: Kind, value: &Value) -> Result<Value, String> {
    let shown = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let nested = || format!("Unexpected character encountered while parsing value: {}.", shown.chars().next().unwrap_or('{'));
    match (kind, value) {
        (Kind::Any, value) => Ok(value.clone()),
        (_, Value::Object(_) | Value::Array(_)) => Err(nested()),
        (Kind::Int, Value::Number(n)) if n.is_i64() => Ok(value.clone()),
        (Kind::Int, Value::Number(_)) => Err(format!("Input string '{shown}' is not a valid integer.")),
        (Kind::Int, Value::String(text)) => match text.trim().parse::<i64>() {
            Ok(n) => Ok(json!(n)),
            Err(_) => Err(format!("Could not convert string to integer: {shown}.")),
        },
        (Kind::Num, Value::Number(n)) => Ok(json!(n.as_f64())),
        (Kind::Num, Value::String(text)) => match text.trim().parse::<f64>() {
            Ok(n) if n.is_finite() => Ok(json!(n)),
            _ => Err(format!("Could not convert string to double: {shown}.")),
        },
        (Kind::Flag, Value::Bool(_)) | (Kind::Text(_), Value::String(_)) => Ok(value.clone()),
        (Kind::Flag, Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(json!(true)),
        (Kind::Flag, Value::String(text)) if text.eq_ignore_ascii_case("false") => Ok(json!(false)),
        (Kind::Flag, Value::Number(n)) if n.is_i64() => Ok(json!(n.as_i64() != Some(0))),
        (Kind::Flag, _) => Err(format!("Could not convert string to boolean: {shown}.")),
        // An empty date string clears, as the web interface does it.
        (Kind::Date, Value::String(text)) if text.trim().is_empty() => Ok(json!("")),
        (Kind::Date, Value::String(text)) => match Timestamp::parse(text) {
            Some(at) => Ok(json!(stored_date(at))),
            None if text.starts_with("1900-01-01") || text.starts_with("1899-12-30") => Ok(json!("")),
            None => Err(format!("Could not convert string to DateTime: {shown}.")),
        },
        (Kind::Date, _) => Err(format!("Unexpected token when parsing date: {shown}.")),
        (Kind::Text(_), _) => Ok(json!(shown)),
        (_, other) => Err(format!("Error converting value {other}.")),
    }
}

/// As kept: UTC, no zone, three decimals; texts of this form sort by time.
pub(super) fn stored_date(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros()).map(|at| at.strftime("%Y-%m-%dT%H:%M:%S%.3f").to_string()).unwrap_or_default()
}

/// As shown: the decimals' trailing zeros are dropped.
pub(super) fn shown_date(stored: &str) -> String {
    match stored.split_once('.') {
        Some((whole, decimals)) => match decimals.trim_end_matches('0') {
            "" => whole.to_owned(),
            some => format!("{whole}.{some}"),
        },
        None => stored.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_as_the_real_reader_does() {
        let element = json!({"tickettype_id": "27", "status_id": 95.0, "outcome": 1, "oppvalue": "12.5", "targetdate": "2026-12-31T12:00:00Z",
            "flagged": "true", "agent_id": "abc", "summary": {"x": 1}, "nonsense": 4, "last_update": "2020-01-01", "site_id": null});
        let mut complaints = Vec::new();
        let read = read_element(TICKET, 0, element.as_object().unwrap(), &mut complaints);
        assert_eq!(
            Value::Object(read),
            json!({"tickettype_id": 27, "oppvalue": 12.5, "targetdate": "2026-12-31T12:00:00.000", "flagged": true})
        );
        let at: Vec<_> = complaints.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(at, ["[0].status_id", "[0].agent_id", "[0].summary"]);
        assert!(complaints[1].1.starts_with("Could not convert string to integer: abc. Path '[0].agent_id'"));
        assert_eq!(shown_date("2026-10-03T06:24:10.960"), "2026-10-03T06:24:10.96");
        assert_eq!(shown_date("2026-10-03T06:24:10.000"), "2026-10-03T06:24:10");
    }
}
