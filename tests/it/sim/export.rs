//! The files that the sources export: headers to the letter.

use leadloom::{
    domain::{Source, Timestamp},
    sim::{
        export::{self, Encoding, Headers, Style},
        sightings,
        world::World,
    },
};
use std::sync::Arc;

/// From the notes' lists.
fn header(source: Source) -> &'static str {
    match source {
        Source::Apollo => {
            "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Primary Email Source,Email Confidence,Primary Email Catch-all Status,Primary Email Last Verified At,Seniority,Departments,Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Other Phone,Stage,Lists,Last Contacted,Account Owner,# Employees,Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,Facebook Url,Twitter Url,City,State,Country,Company Address,Company City,Company State,Company Country,Company Phone,SEO Description,Technologies,Annual Revenue,Total Funding,Latest Funding,Latest Funding Amount,Last Raised At,Email Sent,Email Open,Email Bounced,Replied,Demoed,Number of Retail Locations,Apollo Contact Id,Apollo Account Id,Secondary Email,Secondary Email Source,Secondary Email Status,Secondary Email Verification Source,Tertiary Email,Tertiary Email Source,Tertiary Email Status,Tertiary Email Verification Source,Primary Intent Topic,Primary Intent Score,Secondary Intent Topic,Secondary Intent Score"
        }
        Source::Hunter => {
            "First name,Last name,Full name,Job title,Company,Industry,Department,Company size,Company Type,Email address,Confidence score,Company Country,Website,LinkedIn URL,Phone number,Twitter,Notes,Source,Sending status,Date of creation,Date of last update,Date of last activity,Date of last contact,Owner,City,State,Postal code,Country,Verification status,Verification date,Tags"
        }
        Source::ZoomInfo => {
            "ZoomInfo Contact ID,Last Name,First Name,Middle Name,Salutation,Suffix,Job Title,Job Title Hierarchy Level,Management Level,Job Start Date,Job Function,Department,Company Division Name,Direct Phone Number,Email Address,Email Domain,Mobile phone,Last Job Change Type,Last Job Change Date,Previous Job Title,Previous Company Name,Previous Company ZoomInfo Company ID,Previous Company LinkedIn Profile,Highest Level of Education,Contact Accuracy Score,Contact Accuracy Grade,ZoomInfo Contact Profile URL,LinkedIn Contact Profile URL,Notice Provided Date,Person Street,Person City,Person State,Person Zip Code,Country,ZoomInfo Company ID,Company Name,Company Description,Website,Founded Year,Company HQ Phone,Fax,Ticker,Revenue (in 000s USD),Revenue Range (in USD),Est. Marketing Department Budget (in 000s USD),Est. Finance Department Budget (in 000s USD),Est. IT Department Budget (in 000s USD),Est. HR Department Budget (in 000s USD),Employees,Employee Range,Past 1 Year Employee Growth Rate,Past 2 Year Employee Growth Rate,SIC Code 1,SIC Code 2,SIC Codes,NAICS Code 1,NAICS Code 2,NAICS Codes,Primary Industry,Primary Sub-Industry,All Industries,All Sub-Industries,Industry Hierarchical Category,Secondary Industry Hierarchical Category,Alexa Rank,ZoomInfo Company Profile URL,LinkedIn Company Profile URL,Facebook Company Profile URL,Twitter Company Profile URL,Ownership Type,Business Model,Certified Active Company,Certification Date,Total Funding Amount (in 000s USD),Recent Funding Amount (in 000s USD),Recent Funding Round,Recent Funding Date,Recent Investors,All Investors,Company Street Address,Company City,Company State,Company Zip Code,Company Country,Full Address,Number of Locations"
        }
        Source::Lusha => {
            "Date,User,First Name,Last Name,Work Email,Work Email Confidence,Direct Email,Direct Email Confidence,Additional Email 1,Additional Email 1 Confidence,Additional Email 2,Additional Email 2 Confidence,Phone 1,Phone 1 Type,Phone 2,Phone 2 Type,Job Title,Seniority,Departments,LinkedIn URL,Continent,Country,State,City,Country ISO,Tags,Company Name,Company Domain,Company Description,Company Year Founded,Company Website,Company Number of Employees,Company Revenue,Company LinkedIn URL,Total Funding Amount,Total Number of Rounds,Last Round/Event Amount,Last Round/Event Type,Last Round/Event Date,IPO Status,IPO Date,Company Main Industry,Company Sub Industry,Company Technologies,Company SIC (Standard Industrial Classification),Company NAIC (North American Industry Classification),Company Specialties,Company Continent,Company Country,Company State,Company City,Company Country ISO,Company Number of Intent Topics,Company Intent Topics,Company Intent Level,Topic Count Trend"
        }
        Source::UpLead => {
            "CompanyName,CompanyCleanName,CompanyAddress,CompanyAddressLine2,CompanyCity,CompanyState,CompanyCounty,CompanyCountry,CompanyZip,ContactCity,ContactState,ContactCounty,ContactCountry,ContactZip,Website,PhoneNumber,MobileDirectDial,FaxNumber,SICCode,6DigitSICCode,IndustryCodes,IndustryTags,Revenue,NumberEmployees,YrFounded,FirstName,LastName,Title,Email,EmailStatus,JobFunction,JobSubFunction,ManagementLevel,ContactLinkedIn,CompanyLinkedIn,CompanyFacebook,CompanyTwitter,CompanyInstagram,CompanyYelp,CompanyYouTube,CompanyCrunchbase,CompanyInternalId,ContactInternalId"
        }
        Source::Lead411 => {
            "Employee Id,First Name,Last Name,Title,Email,Email Status,Email Verified Date,Direct Dial,Mobile,LinkedIn URL,City,State,Country,Company Id,Company Name,Website,Company Phone,Address,Company City,Company State,Zip,Company Country,Industry,SIC Code,Employees,Revenue,Year Founded,Technologies,Intent Topics,Intent Score,Trigger Type,Trigger Date,Source"
        }
        Source::BookYourData => {
            "First Name,Last Name,Direct Email Contact,Phone,Fax,Job Title,Job Function,Job Level,Company Name,Website,SIC Code,Industry,Employee,Revenue,Address,City,County,State,Zip Code,Country,Area Code,LinkedIn"
        }
        Source::LeadsBlue => {
            "company_name,email,full_name,job_title,phone,street_address,city,country,sic_code,website_url,linkedin_url,employees,annual_revenue,year_established"
        }
        // Numbered columns vary, so only the ones that always come are pinned.
        Source::Seamless => {
            "Research Date,Contact Full Name,First Name,Middle Name,Last Name,Title,Department,Seniority,Company Name,Company Name - Cleaned,Website,List,Primary Email,Intel,Contact LI Profile URL,Email 1,Email 1 Validation,Email 1 Total AI"
        }
        Source::RocketReach => "Profile ID,Email Lookup Status,Lookup Time,First Name,Last Name,Title,LinkedIn,Employer",
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
        let pinned = header(source);
        assert!(found.starts_with(pinned), "{source}: {found}");
        let whole = matches!(source, Source::Seamless | Source::RocketReach) || found == pinned;
        assert!(whole, "{source} has more columns: {found}");
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

#[test]
fn files_come_in_every_style() {
    let world = world(false);
    let file = |style: Style| {
        let mut out = Vec::new();
        export::write_styled(&world, Source::BookYourData, style, &mut out).unwrap();
        out
    };
    let plain = String::from_utf8(file(Style::default())).unwrap();
    assert!(plain.starts_with("First Name,Last Name,"));
    let bom = file(Style { encoding: Encoding::Utf8Bom, ..Style::default() });
    assert_eq!(&bom[3..], plain.as_bytes());
    let wide = file(Style { encoding: Encoding::Utf16Le, ..Style::default() });
    let units: Vec<u16> = wide[2..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    assert_eq!(String::from_utf16(&units).unwrap(), plain);
    let western = file(Style { encoding: Encoding::Windows1252, ..Style::default() });
    assert!(String::from_utf8(western).is_err());
    let snake = String::from_utf8(file(Style { headers: Headers::UpperSnake, delimiter: b';', ..Style::default() })).unwrap();
    assert!(snake.starts_with("FIRST_NAME;LAST_NAME;DIRECT_EMAIL_CONTACT"));
    let shuffled = String::from_utf8(file(Style { shuffled: true, ..Style::default() })).unwrap();
    let sorted = |text: &str| {
        let mut names: Vec<_> = text.lines().next().unwrap().split(',').map(str::to_owned).collect();
        names.sort();
        names
    };
    assert!(sorted(&shuffled) == sorted(&plain) && !shuffled.starts_with("First Name,Last Name,"));
    let bare = String::from_utf8(file(Style { headers: Headers::Missing, ..Style::default() })).unwrap();
    assert_eq!(bare.lines().count() + 1, plain.lines().count());
}
