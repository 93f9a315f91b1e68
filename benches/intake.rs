//! What intake costs: per row of an Apollo export of 66 columns, per row of its API, and reading the export from disk.
//! The budget: a bulk import of 100,000 such rows has 25 microseconds of CPU a row for intake.
#![allow(clippy::unwrap_used, missing_docs)]

use divan::{Bencher, counter::ItemsCount};
use leadloom::{
    domain::{Source, Timestamp},
    intake::{
        Intake, Settings,
        raw::{Header, RawPage, Rows, TableRow},
    },
    providers::file::{FileSource, Options},
};
use std::{fmt::Write as _, io::Write as _};

fn main() {
    divan::main();
}

/// Column and value, `{n}` for the row's number; a blank value for columns that exports leave empty.
const APOLLO: &[(&str, &str)] = &[
    ("First Name", "Mira{n}"),
    ("Last Name", "HALLDEN"),
    ("Title", "VP Operations &amp; IT"),
    ("Company", "Northwind Example {n}, Inc."),
    ("Company Name for Emails", "Northwind Example"),
    ("Email", "mira.hallden{n}@northwind{n}.com"),
    ("Email Status", "Verified"),
    ("Primary Email Source", "Apollo"),
    ("Email Confidence", ""),
    ("Primary Email Catch-all Status", "Not Catch-all"),
    ("Primary Email Last Verified At", "2026-04-12T05:12:10+00:00"),
    ("Seniority", "Vp"),
    ("Departments", "Operations, Information Technology"),
    ("Contact Owner", "owner@corp.example"),
    ("Work Direct Phone", "'+19375550{n3}"),
    ("Home Phone", ""),
    ("Mobile Phone", "'+1 937-556-0{n3}"),
    ("Corporate Phone", "'+1 937-555-0100"),
    ("Other Phone", ""),
    ("Stage", "Cold"),
    ("Lists", "IT directors, May"),
    ("Last Contacted", ""),
    ("Account Owner", "owner@corp.example"),
    ("# Employees", "340"),
    ("Industry", "logistics & supply chain"),
    ("Keywords", "warehousing, freight, trucking, cold chain, customs, 3pl, supply chain, distribution, fulfillment, last mile"),
    ("Person Linkedin Url", "http://www.linkedin.com/in/mira-hallden-{n}"),
    ("Website", "http://www.northwind{n}.com"),
    ("Company Linkedin Url", "http://www.linkedin.com/company/northwind-{n}"),
    ("Facebook Url", "https://www.facebook.com/northwind"),
    ("Twitter Url", "https://twitter.com/northwind"),
    ("City", "Dayton"),
    ("State", "Ohio"),
    ("Country", "United States"),
    ("Company Address", "12 Sample St, Dayton, Ohio, United States, 45402"),
    ("Company City", "Dayton"),
    ("Company State", "Ohio"),
    ("Company Country", "United States"),
    ("Company Phone", "'+1 937-555-0100"),
    ("SEO Description", "Northwind moves what you make, from the first mile to the last, in forty states and three countries."),
    (
        "Technologies",
        "Google Analytics, Salesforce, Microsoft Office 365, Outlook, Azure, Slack, Cloudflare DNS, WordPress.org, VMware, HubSpot",
    ),
    ("Annual Revenue", "52000000"),
    ("Total Funding", "8000000"),
    ("Latest Funding", "Series A"),
    ("Latest Funding Amount", "8000000"),
    ("Last Raised At", "2022-06-14"),
    ("Email Sent", "false"),
    ("Email Open", "false"),
    ("Email Bounced", "false"),
    ("Replied", "false"),
    ("Demoed", "false"),
    ("Number of Retail Locations", ""),
    ("Apollo Contact Id", "66f0a1b2c3d4e5f6a7b8{n}"),
    ("Apollo Account Id", "5f5e100a01d6b1000169{n}"),
    ("Secondary Email", ""),
    ("Secondary Email Source", ""),
    ("Secondary Email Status", ""),
    ("Secondary Email Verification Source", ""),
    ("Tertiary Email", ""),
    ("Tertiary Email Source", ""),
    ("Tertiary Email Status", ""),
    ("Tertiary Email Verification Source", ""),
    ("Primary Intent Topic", "Cloud Migration"),
    ("Primary Intent Score", "78"),
    ("Secondary Intent Topic", ""),
    ("Secondary Intent Score", ""),
];

fn cells(nth: usize) -> Vec<String> {
    let (number, short) = (nth.to_string(), format!("{:03}", nth % 1000));
    APOLLO.iter().map(|(_, value)| value.replace("{n3}", &short).replace("{n}", &number)).collect()
}

fn export(rows: usize) -> RawPage {
    let rows = (0..rows).map(|nth| TableRow::new(nth as u64 + 2, cells(nth).iter().map(String::as_str))).collect();
    let header = Header::new(APOLLO.iter().map(|(name, _)| *name));
    RawPage { rows: Rows::Table { header, rows }, ..RawPage::default() }
}

fn now() -> Timestamp {
    Timestamp::parse("2026-06-01").unwrap()
}

/// One thread: what a row costs in CPU.
fn alone() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap()
}

#[divan::bench]
fn apollo_export_one_core(bencher: Bencher) {
    let (intake, page) = (Intake::new(Settings::default(), Vec::new()).unwrap(), export(1000));
    let pool = alone();
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| pool.install(|| intake.take(intake.mapping(Source::Apollo), &page, now())));
}

#[divan::bench]
fn apollo_export_all_cores(bencher: Bencher) {
    let (intake, page) = (Intake::new(Settings::default(), Vec::new()).unwrap(), export(1000));
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| intake.take(intake.mapping(Source::Apollo), &page, now()));
}

#[divan::bench]
fn apollo_api_one_core(bencher: Bencher) {
    let person = |nth: usize| {
        serde_json::json!({"id": format!("66f0a1b2{nth}"), "first_name": "Mira", "last_name": "Hallden", "name": "Mira Hallden", "title": "VP Operations",
            "linkedin_url": "http://www.linkedin.com/in/mira", "email": format!("mira{nth}@northwind.com"), "email_status": "verified",
            "organization_id": "5f5e", "state": "Ohio", "city": "Dayton", "country": "United States", "seniority": "vp", "departments": ["master_operations"],
            "organization": {"name": "Northwind, Inc.", "website_url": "http://www.northwind.com", "primary_domain": "northwind.com",
                "industry": "logistics & supply chain", "keywords": ["warehousing", "freight"], "estimated_num_employees": 340, "annual_revenue": 52_000_000,
                "current_technologies": [{"name": "Salesforce"}, {"name": "Slack"}], "latest_funding_stage": "Series A"}})
    };
    let page = RawPage { rows: Rows::Objects((0..1000).map(person).collect()), ..RawPage::default() };
    let intake = Intake::new(Settings::default(), Vec::new()).unwrap();
    let pool = alone();
    bencher.counter(ItemsCount::new(1000_usize)).bench_local(|| pool.install(|| intake.take(intake.mapping(Source::Apollo), &page, now())));
}

#[divan::bench]
fn recognise_an_export(bencher: Bencher) {
    let (intake, page) = (Intake::new(Settings::default(), Vec::new()).unwrap(), export(200));
    bencher.bench_local(|| intake.recognise(&page.rows, "export.csv"));
}

#[divan::bench]
fn open_intake(bencher: Bencher) {
    bencher.bench_local(|| Intake::new(Settings::default(), Vec::new()).unwrap());
}

#[divan::bench(sample_count = 10)]
fn read_csv_20000_rows(bencher: Bencher) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let line = |cells: &[String]| {
        let mut line = String::new();
        cells.iter().enumerate().for_each(|(nth, cell)| {
            let comma = if nth == 0 { "" } else { "," };
            write!(line, "{comma}{}", if cell.contains(',') { format!("\"{cell}\"") } else { cell.clone() }).unwrap();
        });
        line.push('\n');
        line
    };
    let header: Vec<String> = APOLLO.iter().map(|(name, _)| (*name).to_owned()).collect();
    file.write_all(line(&header).as_bytes()).unwrap();
    (0..20_000).for_each(|nth| file.write_all(line(&cells(nth)).as_bytes()).unwrap());
    bencher.counter(ItemsCount::new(20_000_usize)).bench_local(|| {
        let mut source = FileSource::open(file.path(), Options::default()).unwrap();
        let (mut cursor, mut rows) = (None::<String>, 0);
        loop {
            let page = source.page(cursor.as_deref()).unwrap();
            rows += page.rows.len();
            cursor = page.next;
            if cursor.is_none() {
                return rows;
            }
        }
    });
}
