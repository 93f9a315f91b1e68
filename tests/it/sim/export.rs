//! The files that the sources export: headers to the letter.

use leadloom::{
    domain::{Source, Timestamp},
    sim::{export, sightings, world::World},
};
use std::sync::Arc;

/// From the notes' lists that are marked high.
fn header(source: Source) -> &'static str {
    match source {
        Source::Apollo => {
            "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Primary Email Source,Email Confidence,Primary Email Catch-all Status,Primary Email Last Verified At,Seniority,Departments,Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Other Phone,Stage,Lists,Last Contacted,Account Owner,# Employees,Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,Facebook Url,Twitter Url,City,State,Country,Company Address,Company City,Company State,Company Country,Company Phone,SEO Description,Technologies,Annual Revenue,Total Funding,Latest Funding,Latest Funding Amount,Last Raised At,Email Sent,Email Open,Email Bounced,Replied,Demoed,Number of Retail Locations,Apollo Contact Id,Apollo Account Id,Secondary Email,Secondary Email Source,Secondary Email Status,Secondary Email Verification Source,Tertiary Email,Tertiary Email Source,Tertiary Email Status,Tertiary Email Verification Source,Primary Intent Topic,Primary Intent Score,Secondary Intent Topic,Secondary Intent Score"
        }
        Source::Hunter => {
            "First name,Last name,Full name,Job title,Company,Industry,Department,Company size,Company Type,Email address,Confidence score,Company Country,Website,LinkedIn URL,Phone number,Twitter,Notes,Source,Sending status,Date of creation,Date of last update,Date of last activity,Date of last contact,Owner,City,State,Postal code,Country,Verification status,Verification date,Tags"
        }
        other => panic!("{other} has no header here"),
    }
}

fn world(hostile: bool) -> Arc<World> {
    Arc::new(World::new(7, 500, Timestamp::parse("2026-11-02").unwrap(), hostile))
}

#[test]
fn headers_are_those_of_the_notes() {
    for source in export::sources() {
        let mut out = Vec::new();
        let rows = export::write(&world(false), source, &mut out).unwrap();
        assert_eq!(rows, sightings(&world(false), source).len());
        let mut file = csv::Reader::from_reader(&out[..]);
        let found = file.headers().unwrap().iter().collect::<Vec<_>>().join(",");
        assert_eq!(found, header(source), "{source}");
        assert_eq!(file.records().map(|row| assert!(row.unwrap().iter().any(|cell| !cell.is_empty()))).count(), rows);
    }
    assert!(export::write(&world(false), Source::Manual, Vec::new()).is_err());
}

#[test]
fn hostile_names_reach_the_file_unchanged() {
    let mut out = Vec::new();
    export::write(&world(true), Source::Apollo, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\u{1b}[31mEve") && text.contains("=HYPERLINK") && text.contains('\u{202e}'));
}
