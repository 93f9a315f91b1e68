//! Files as people have them: every page of them, resumed anywhere, hostile ones too.

use leadloom::{
    domain::{Field, Source, Timestamp},
    intake::{
        Intake, Settings,
        raw::{BadRow, Header, RawPage, Rows, TableRow},
    },
    providers::file::{ErrorFile, FileError, FileSource, Format, Options, ROW_LIMIT, error_path},
};
use proptest::prelude::*;
use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};
use tempfile::TempDir;

fn write(dir: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = dir.path().join(name);
    fs::write(&path, bytes).unwrap();
    path
}

fn pages_of(rows: usize) -> Options {
    Options { page_rows: rows, ..Options::default() }
}

fn open(path: &Path) -> FileSource {
    FileSource::open(path, pages_of(1000)).unwrap_or_else(|error| panic!("{error}"))
}

/// Every page, each from a newly opened file: what a process that was killed does.
fn resumed(path: &Path, options: &Options) -> Vec<RawPage> {
    let (mut pages, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = FileSource::open(path, options.clone()).unwrap().page(cursor.as_deref()).unwrap();
        cursor.clone_from(&page.next);
        pages.push(page);
        if cursor.is_none() {
            return pages;
        }
        assert!(pages.len() < 10_000, "the pages do not end");
    }
}

fn straight(path: &Path, options: &Options) -> Vec<RawPage> {
    let mut source = FileSource::open(path, options.clone()).unwrap();
    let (mut pages, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let page = source.page(cursor.as_deref()).unwrap();
        cursor.clone_from(&page.next);
        pages.push(page);
        if cursor.is_none() {
            return pages;
        }
    }
}

fn table(pages: &[RawPage]) -> Vec<(u64, Vec<String>)> {
    pages
        .iter()
        .flat_map(|page| match &page.rows {
            Rows::Table { rows, .. } => rows.iter().map(|row| (row.line(), row.cells().map(str::to_owned).collect())).collect::<Vec<_>>(),
            Rows::Objects(rows) => rows.iter().map(|row| (0, vec![row.to_string()])).collect(),
        })
        .collect()
}

fn bad(pages: &[RawPage]) -> Vec<(u64, String)> {
    pages.iter().flat_map(|page| &page.bad).map(|row| (row.line, row.reason.to_string())).collect()
}

fn header(pages: &[RawPage]) -> Vec<String> {
    match &pages[0].rows {
        Rows::Table { header, .. } => header.names().map(str::to_owned).collect(),
        Rows::Objects(_) => Vec::new(),
    }
}

const TABLE: &str =
    "First Name,Last Name,Email\nJürgen,Müller,j@a.example\n\"Ann, jr\",\"St\"\"one\",\"a\n@b.example\"\n\nBob,Reed,b@c.example";

#[test]
fn encodings_delimiters_and_line_ends_give_the_same_rows() {
    let dir = TempDir::new().unwrap();
    let expected = [
        (2, vec!["Jürgen", "Müller", "j@a.example"]),
        (3, vec!["Ann, jr", "St\"one", "a\n@b.example"]),
        (6, vec!["Bob", "Reed", "b@c.example"]),
    ];
    let semicolons =
        "First Name;Last Name;Email\nJürgen;Müller;j@a.example\n\"Ann, jr\";\"St\"\"one\";\"a\n@b.example\"\n\nBob;Reed;b@c.example";
    let utf16 = |mark: bool, big: bool| {
        let units = mark.then_some(0xfeff).into_iter().chain(TABLE.encode_utf16());
        units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect::<Vec<u8>>()
    };
    let western: Vec<u8> = TABLE.chars().map(|c| c as u32 as u8).collect();
    let files: [(&str, Vec<u8>, u8, &str); 12] = [
        ("plain.csv", TABLE.into(), b',', "UTF-8"),
        ("marked.csv", format!("\u{feff}{TABLE}").into(), b',', "UTF-8"),
        ("crlf.csv", TABLE.replace('\n', "\r\n").into(), b',', "UTF-8"),
        ("semicolon.csv", semicolons.into(), b';', "UTF-8"),
        ("tab.txt", semicolons.replace(';', "\t").into(), b'\t', "UTF-8"),
        ("pipe.txt", semicolons.replace(';', "|").into(), b'|', "UTF-8"),
        ("le.csv", utf16(true, false), b',', "UTF-16LE"),
        ("be.csv", utf16(true, true), b',', "UTF-16BE"),
        ("le-unmarked.csv", utf16(false, false), b',', "UTF-16LE"),
        ("western.csv", western, b',', "windows-1252"),
        ("sep.csv", format!("sep=;\n{semicolons}").into(), b';', "UTF-8"),
        ("named.csv", TABLE.into(), b',', "UTF-8"),
    ];
    for (name, bytes, delimiter, encoding) in files {
        let path = write(&dir, name, bytes);
        let source = open(&path);
        assert_eq!(source.about().format, Format::Delimited { delimiter, encoding }, "{name}");
        for pages in [resumed(&path, &pages_of(1)), straight(&path, &pages_of(2)), straight(&path, &pages_of(100))] {
            let shift = u64::from(name == "sep.csv");
            let rows: Vec<_> = table(&pages)
                .into_iter()
                .map(|(line, cells)| (line - shift, cells.into_iter().map(|cell| cell.replace("\r\n", "\n")).collect::<Vec<_>>()))
                .collect();
            let expected: Vec<_> =
                expected.iter().map(|(line, cells)| (*line, cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>())).collect();
            assert_eq!(rows, expected, "{name}");
            assert_eq!(header(&pages), ["First Name", "Last Name", "Email"], "{name}");
            assert!(bad(&pages).is_empty(), "{name} {:?}", bad(&pages));
        }
    }
    // Old Macs end lines with CR alone; only there the line numbers count them.
    let path = write(&dir, "mac.csv", "First Name,Email\rAnn,a@b.example\rBob,b@c.example\r");
    assert_eq!(table(&resumed(&path, &pages_of(1))).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3]);
}

#[test]
fn a_bad_row_costs_only_itself() {
    let dir = TempDir::new().unwrap();
    let long = "x".repeat(2 * ROW_LIMIT);
    let mut bytes = b"First Name,Last Name,Email\nAnn,Stone,a@b.example\nB\xff\xfeb,Reed,b@c.example\n".to_vec();
    bytes.extend_from_slice(b"Cyd,Dow,c@d.example\nDee,D\0oe,d@d.example\nEve,Eden,e@e.example,extra,cells\n");
    bytes.extend_from_slice(b"\"Fay,Fox,f@f.example\nGus,Gray,\"g@g.example\"\nHal,Holt,h@h.example\n");
    bytes.extend_from_slice(long.as_bytes());
    bytes.extend_from_slice(b"\nIda,Ives,i@i.example\nJon,Jay\n,,\nKim,Kerr,k@k.example,,\n");
    let path = write(&dir, "bad.csv", bytes);
    for pages in [straight(&path, &pages_of(1000)), resumed(&path, &pages_of(2))] {
        let names: Vec<String> = table(&pages).into_iter().map(|(line, cells)| format!("{line} {}", cells[0])).collect();
        assert_eq!(names, ["2 Ann", "4 Cyd", "8 Gus", "9 Hal", "11 Ida", "12 Jon", "14 Kim"]);
        let bad = bad(&pages);
        assert_eq!(bad.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [3, 5, 6, 7, 10], "{bad:?}");
        for ((_, reason), word) in bad.iter().zip(["ff", "NUL", "5 cells, the header 3", "quotation mark", "longer than 1024 KiB"]) {
            assert!(reason.contains(word), "{reason} should say {word}");
        }
    }
}

#[test]
fn a_quote_that_never_closes_does_not_swallow_the_file() {
    let dir = TempDir::new().unwrap();
    let rows: Vec<_> = (0..60_000).map(|nth| format!("Bob,Reed,b{nth}@c.example\n")).collect();
    let text = format!("First Name,Last Name,Email\n\"Ann,Stone,a@b.example\n{}", rows.concat());
    let path = write(&dir, "quote.csv", text);
    let pages = straight(&path, &pages_of(1000));
    assert_eq!(table(&pages).len(), 60_000);
    assert_eq!(bad(&pages).len(), 1);
    assert!(bad(&pages)[0].1.contains("opened and never closed"));
}

#[test]
fn headers_further_down_missing_and_repeated() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "title.csv", "Leads of May 2026,,\n,,\nFirst Name,Email,Email\nAnn,a@b.example,\n");
    let source = open(&path);
    assert_eq!(source.about().header_line, Some(3));
    let pages = straight(&path, &pages_of(10));
    assert_eq!(header(&pages), ["First Name", "Email", "Email (2)"]);
    assert_eq!(table(&pages).len(), 1);
    let path = write(&dir, "none.csv", "Ann,a@b.example,Dayton\nBob,b@b.example,Boise\n");
    assert_eq!(open(&path).about().header_line, None);
    let pages = straight(&path, &pages_of(10));
    assert_eq!(header(&pages), ["Column 1", "Column 2", "Column 3"]);
    assert_eq!(table(&pages).len(), 2);
    let told = Options { header_line: Some(0), ..Options::default() };
    assert_eq!(table(&straight(&write(&dir, "told.csv", "a,b\nc,d\n"), &told)).len(), 2);
}

#[test]
fn rows_wrapped_in_one_quoted_cell_are_unwrapped() {
    let dir = TempDir::new().unwrap();
    let path = write(
        &dir,
        "wrapped.csv",
        "\u{feff}\"First Name,Last Name,Email\"\n\"Ann,\"\"Stone, jr\"\",a@b.example\"\n\"Bob,Reed,b@c.example\"\n",
    );
    let pages = resumed(&path, &pages_of(1));
    assert_eq!(header(&pages), ["First Name", "Last Name", "Email"]);
    assert_eq!(table(&pages)[0].1, ["Ann", "Stone, jr", "a@b.example"]);
}

#[test]
fn json_by_line_in_an_array_and_broken() {
    let dir = TempDir::new().unwrap();
    let objects = ["{\"id\":1,\"name\":\"A } \\\" {\"}", "{\"id\":2,\"x\":[{\"y\":1}]}", "{\"id\":3}"];
    let lines = format!("{}\n{}\n\n{}\n", objects[0], objects[1], objects[2]);
    let pretty = "[\n {\n  \"id\": 1,\n  \"name\": \"A } \\\" {\" },\n {\"id\":2,\"x\":[{\"y\":1}]}, {\"id\":3}\n]\n";
    for (name, text) in [("a.jsonl", lines.clone()), ("b.json", format!("[{}]", objects.join(","))), ("c.json", pretty.to_owned())] {
        let path = write(&dir, name, text);
        assert!(matches!(open(&path).about().format, Format::Json { .. }), "{name}");
        let expected: Vec<serde_json::Value> = objects.iter().map(|object| serde_json::from_str(object).unwrap()).collect();
        for pages in [resumed(&path, &pages_of(1)), straight(&path, &pages_of(100))] {
            let rows: Vec<serde_json::Value> = table(&pages).iter().map(|(_, cells)| serde_json::from_str(&cells[0]).unwrap()).collect();
            assert_eq!(rows, expected, "{name}");
            assert!(bad(&pages).is_empty());
        }
    }
    let remarked = write(&dir, "remarked.jsonl", format!("// a broken one below\n{{\"id\":\n\n//\n{lines}"));
    let pages = resumed(&remarked, &pages_of(1));
    assert_eq!((table(&pages).len(), bad(&pages)[0].0), (3, 2));
    assert_eq!(pages.iter().flat_map(|page| page.lines.clone()).collect::<Vec<_>>(), [5, 6, 8]);
    let deep = "[".repeat(100_000);
    let path = write(&dir, "broken.jsonl", format!("{{\"id\":1}}\n{{\"id\":\n[1]\n{{\"id\":2}}\n{{\"a\":{deep}\n{{\"id\":3}}"));
    for pages in [resumed(&path, &pages_of(1)), straight(&path, &pages_of(100))] {
        assert_eq!(table(&pages).len(), 3);
        assert_eq!(bad(&pages).iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 5], "{:?}", bad(&pages));
    }
}

#[test]
fn a_changed_file_and_a_foreign_cursor_are_refused() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "a.csv", "First Name,Email\nAnn,a@b.example\nBob,b@c.example\n");
    let next = FileSource::open(&path, pages_of(1)).unwrap().page(None).unwrap().next;
    fs::write(&path, "First Name,Email\nAnn,a@b.example\nBob,b@c.example\nCyd,c@d.example\n").unwrap();
    let error = open(&path).page(next.as_deref()).unwrap_err();
    assert!(matches!(error, FileError::Changed { .. }) && error.to_string().contains("start a new import"));
    assert!(matches!(open(&path).page(Some("nonsense")).unwrap_err(), FileError::Cursor { .. }));
    assert!(matches!(FileSource::open(&write(&dir, "empty.csv", ""), Options::default()).unwrap_err(), FileError::Empty { .. }));
    assert!(matches!(FileSource::open(&dir.path().join("none.csv"), Options::default()).unwrap_err(), FileError::Io { .. }));
    let encoding = Options { encoding: Some("klingon".into()), ..Options::default() };
    assert!(matches!(FileSource::open(&path, encoding).unwrap_err(), FileError::Encoding { .. }));
}

/// A workbook of the parts that spreadsheets write; each sheet is rows of cells, a cell is its XML without `r`.
fn workbook(sheets: &[(&str, &[&[&str]])], shared: &[&str]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let mut part = |name: &str, text: String| {
        zip.start_file(name, options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    };
    let numbered = |of: &dyn Fn(usize) -> String| (1..=sheets.len()).map(of).collect::<String>();
    part("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>".into());
    part(
        "_rels/.rels",
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"><Relationship Id=\"r\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>".into(),
    );
    part(
        "xl/_rels/workbook.xml.rels",
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{}</Relationships>",
            numbered(&|n| format!(
                "<Relationship Id=\"rId{n}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\" Target=\"worksheets/sheet{n}.xml\"/>"
            ))
        ),
    );
    part(
        "xl/workbook.xml",
        format!(
            "<workbook xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"><sheets>{}</sheets></workbook>",
            numbered(&|n| format!("<sheet name=\"{}\" sheetId=\"{n}\" r:id=\"rId{n}\"/>", sheets[n - 1].0))
        ),
    );
    part(
        "xl/sharedStrings.xml",
        format!("<sst>{}</sst>", shared.iter().map(|text| format!("<si><t>{text}</t></si>")).collect::<Vec<_>>().concat()),
    );
    for (nth, (_, rows)) in sheets.iter().enumerate() {
        let rows: Vec<String> = rows
            .iter()
            .enumerate()
            .map(|(row, cells)| {
                let cells: Vec<String> = cells
                    .iter()
                    .enumerate()
                    .map(|(column, cell)| cell.replacen("<c", &format!("<c r=\"{}{}\"", char::from(b'A' + column as u8), row + 1), 1))
                    .collect();
                format!("<row r=\"{}\">{}</row>", row + 1, cells.concat())
            })
            .collect();
        part(
            &format!("xl/worksheets/sheet{}.xml", nth + 1),
            format!(
                "<worksheet xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"><sheetData>{}</sheetData></worksheet>",
                rows.concat()
            ),
        );
    }
    zip.finish().unwrap().into_inner()
}

fn text_cell(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

#[test]
fn workbooks_with_several_sheets_are_read_sheet_by_sheet() {
    let dir = TempDir::new().unwrap();
    let cells = |texts: &[&str]| texts.iter().map(|text| text_cell(text)).collect::<Vec<_>>();
    let (head, ann, zip) = (cells(&["First Name", "Email", "Zip"]), cells(&["Ann", "a@b.example"]), "<c><v>45402</v></c>".to_owned());
    let ann: Vec<&str> = ann.iter().chain([&zip]).map(String::as_str).collect();
    let head: Vec<&str> = head.iter().map(String::as_str).collect();
    let note = cells(&["only a note"]);
    let note: Vec<&str> = note.iter().map(String::as_str).collect();
    let other = cells(&["Email", "Company"]);
    let other: Vec<&str> = other.iter().map(String::as_str).collect();
    let shared = ["<c t=\"s\"><v>0</v></c>", "<c t=\"s\"><v>1</v></c>"];
    let bytes = workbook(
        &[("People", &[&head, &ann, &ann, &ann]), ("Note", &[&note]), ("More", &[&other, &shared, &shared])],
        &["x@y.example", "Acme"],
    );
    let path = write(&dir, "people.xlsx", bytes);
    let source = open(&path);
    assert_eq!(source.about().format, Format::Workbook { sheets: vec!["People".into(), "More".into()] });
    assert_eq!((source.about().header_line, &source.about().unread), (Some(1), &vec!["Note".to_owned()]));
    // What is shown is the first sheet of people, not the cover before it.
    let cover = cells(&["Partner list"]);
    let cover: Vec<&str> = cover.iter().map(String::as_str).collect();
    let covered =
        write(&dir, "covered.xlsx", workbook(&[("Cover", &[&cover, &note]), ("People", &[&head, &ann]), ("More", &[&other])], &[]));
    let source = open(&covered);
    assert_eq!(source.about().sheet.as_deref(), Some("People"));
    assert_eq!(source.header().names().collect::<Vec<_>>(), ["First Name", "Email", "Zip"]);
    assert_eq!((source.sample().len(), &source.about().unread), (1, &vec!["More".to_owned()]));
    for pages in [resumed(&path, &pages_of(2)), straight(&path, &pages_of(2)), straight(&path, &pages_of(100))] {
        let rows = table(&pages);
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [2, 3, 4, 2, 3]);
        assert_eq!(rows[0].1, ["Ann", "a@b.example", "45402"]);
        assert_eq!(rows[4].1, ["x@y.example", "Acme"]);
        assert_eq!(header(&pages[pages.len() - 1..]), ["Email", "Company"]);
    }
    let only = Options { sheet: Some("More".into()), ..Options::default() };
    assert_eq!(table(&straight(&path, &only)).len(), 2);
    let refused = FileSource::open(&path, Options { sheet: Some("Gone".into()), ..Options::default() }).unwrap_err();
    assert!(refused.to_string().contains("it has People, Note, More"), "{refused}");
    let broken = write(&dir, "broken.xlsx", b"PK\x03\x04 this is no workbook");
    assert!(matches!(FileSource::open(&broken, Options::default()).unwrap_err(), FileError::Workbook { .. }));
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("bomb.xlsx");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    let plain = zip::write::SimpleFileOptions::default();
    zip.start_file("[Content_Types].xml", plain).unwrap();
    zip.start_file("xl/sharedStrings.xml", plain).unwrap();
    zip.write_all(b"<sst><si><t>").unwrap();
    zip.write_all(&vec![b'x'; 9 * 1024 * 1024]).unwrap();
    // Beside something that does not pack, so that the file is long enough to be dangerous.
    zip.start_file("xl/media/image1.png", plain.compression_method(zip::CompressionMethod::Stored)).unwrap();
    zip.write_all(&vec![0; 300 * 1024]).unwrap();
    zip.finish().unwrap();
    assert!(fs::metadata(&path).unwrap().len() < 1024 * 1024);
    let error = FileSource::open(&path, Options::default()).unwrap_err();
    assert!(matches!(error, FileError::Unpacked { .. }), "{error}");
}

#[test]
fn an_archive_says_that_it_is_one() {
    let dir = TempDir::new().unwrap();
    let path = dir.path().join("leads.zip");
    let mut zip = zip::ZipWriter::new(fs::File::create(&path).unwrap());
    zip.start_file("leads.csv", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(b"Name,Email\n").unwrap();
    zip.finish().unwrap();
    assert!(matches!(FileSource::open(&path, Options::default()).unwrap_err(), FileError::Archive { .. }));
}

#[test]
fn mended_rows_can_be_imported_again() {
    let dir = TempDir::new().unwrap();
    let path = write(&dir, "in.csv", b"First Name;Email;Notes\nAnn;a@b.example;=1+1\nB\xff\xfeb;b@c.example;'+49 30\n".as_slice());
    let mut source = open(&path);
    assert_eq!(error_path(&path, source.sample()), dir.path().join("in.csv.errors.csv"));
    let page = source.page(None).unwrap();
    let mut file = ErrorFile::new(Vec::new(), &source.header(), source.delimiter()).unwrap();
    let Rows::Table { rows, .. } = &page.rows else { panic!("a table") };
    file.row(&rows[0], "There is nothing to know this person by.").unwrap();
    file.bad(&page.bad[0]).unwrap();
    assert_eq!(file.rows(), 2);
    let bytes = file.finish().unwrap();
    let text = String::from_utf8(bytes.clone()).unwrap();
    assert!(!text.lines().any(|line| line.split(',').any(|cell| cell.trim_matches('"').starts_with(['=', '+', '-', '@']))), "{text}");
    let mended = write(&dir, "in.csv.errors.csv", text.replace("B\u{fffd}\u{fffd}b", "Bob"));
    let pages = straight(&mended, &pages_of(10));
    let intake = Intake::new(Settings::default(), Vec::new()).unwrap();
    let recognised = intake.recognise(&pages[0].rows, "in.csv.errors.csv");
    let taken = intake.take(&recognised.mapping, &pages[0], Timestamp::parse("2026-06-01").unwrap());
    let says = |nth: usize, field| taken[nth].as_ref().unwrap().person.as_ref().unwrap().fields.str(field).to_owned();
    assert_eq!((says(0, Field::FirstName), says(0, Field::Notes)), ("Ann".into(), "=1+1".into()));
    assert_eq!((says(1, Field::FirstName), says(1, Field::Email)), ("Bob".into(), "b@c.example".into()));
}

/// The header lists that the notes on the sources mark as sure, each with its source.
const EXPORTS: &[(Source, &str)] = &[
    (
        Source::Apollo,
        "First Name,Last Name,Title,Company,Company Name for Emails,Email,Email Status,Primary Email Source,Email Confidence,Primary Email Catch-all Status,Primary Email Last Verified At,Seniority,Departments,Contact Owner,Work Direct Phone,Home Phone,Mobile Phone,Corporate Phone,Other Phone,Stage,Lists,Last Contacted,Account Owner,# Employees,Industry,Keywords,Person Linkedin Url,Website,Company Linkedin Url,Facebook Url,Twitter Url,City,State,Country,Company Address,Company City,Company State,Company Country,Company Phone,SEO Description,Technologies,Annual Revenue,Total Funding,Latest Funding,Latest Funding Amount,Last Raised At,Email Sent,Email Open,Email Bounced,Replied,Demoed,Number of Retail Locations,Apollo Contact Id,Apollo Account Id,Secondary Email,Secondary Email Source,Secondary Email Status,Secondary Email Verification Source,Tertiary Email,Tertiary Email Source,Tertiary Email Status,Tertiary Email Verification Source,Primary Intent Topic,Primary Intent Score,Secondary Intent Topic,Secondary Intent Score",
    ),
    (
        Source::ZoomInfo,
        "ZoomInfo Contact ID,Last Name,First Name,Middle Name,Salutation,Suffix,Job Title,Job Title Hierarchy Level,Management Level,Job Start Date,Job Function,Department,Company Division Name,Direct Phone Number,Email Address,Email Domain,Mobile phone,Contact Accuracy Score,Contact Accuracy Grade,ZoomInfo Contact Profile URL,LinkedIn Contact Profile URL,Notice Provided Date,Person Street,Person City,Person State,Person Zip Code,Country,ZoomInfo Company ID,Company Name,Company Description,Website,Founded Year,Company HQ Phone,Fax,Ticker,Revenue (in 000s USD),Revenue Range (in USD),Employees,Employee Range,SIC Code 1,SIC Codes,Primary Industry,All Industries,Ownership Type,Company Street Address,Company City,Company State,Company Zip Code,Company Country,Full Address,Number of Locations",
    ),
    (
        Source::ZoomInfo,
        "ZoomInfo Company ID,Company Name,Website,Founded Year,Company HQ Phone,Fax,Ticker,Revenue (in 000s USD),Revenue Range (in USD),Employees,Employee Range,SIC Code 1,SIC Code 2,SIC Codes,NAICS Code 1,NAICS Code 2,NAICS Codes,Primary Industry,Primary Sub-Industry,All Industries,All Sub-Industries",
    ),
    (
        Source::Hunter,
        "First name,Last name,Full name,Job title,Company,Industry,Department,Company size,Company Type,Email address,Confidence score,Company Country,Website,LinkedIn URL,Phone number,Twitter,Notes,Source,Sending status,Date of creation,Date of last update,Date of last activity,Date of last contact,Owner,City,State,Postal code,Country,Verification status,Verification date,Tags",
    ),
    (
        Source::Lusha,
        "Date,User,First Name,Last Name,Work Email,Work Email Confidence,Direct Email,Direct Email Confidence,Additional Email 1,Additional Email 1 Confidence,Additional Email 2,Additional Email 2 Confidence,Phone 1,Phone 1 Type,Phone 2,Phone 2 Type,Job Title,Seniority,Departments,LinkedIn URL,Continent,Country,State,City,Country ISO,Tags,Company Name,Company Domain,Company Description,Company Year Founded,Company Website,Company Number of Employees,Company Revenue,Company LinkedIn URL,Total Funding Amount,Total Number of Rounds,Last Round/Event Amount,Last Round/Event Type,Last Round/Event Date,IPO Status,IPO Date,Company Main Industry,Company Sub Industry,Company Technologies",
    ),
    (
        Source::Lusha,
        "Company Name,Company Domain,Company Description,Company Year Founded,Company Website,Company Number of Employees,Company Revenue,Company linkedin URL,Total Funding Amount,Total Number of Rounds,Last Round/Event Amount,Last Round/Event Type,Last Round/Event Date,IPO Status,IPO Date,Company Main Industry,Company Sub Industry,Company Technologies,Company Specialties,Company Country",
    ),
    (
        Source::RocketReach,
        "Profile ID,Email Lookup Status,Lookup Time,First Name,Last Name,Title,LinkedIn,Employer,Employer Primary Industry,Employer Domain,Employer Website,Employer LinkedIn,Recommended Email,Recommended Work Email,Recommended Personal Email,A Emails,A- Emails,B Emails,Phone,Mobile Phone,Office Phone,Other Phones,Location,City,Postal Code,Region,Country,Seniority,Department",
    ),
    (
        Source::UpLead,
        "CompanyName,CompanyCleanName,CompanyAddress,CompanyCity,CompanyState,CompanyCountry,CompanyZip,ContactCity,ContactState,ContactCountry,Website,PhoneNumber,MobileDirectDial,SICCode,IndustryTags,Revenue,NumberEmployees,YrFounded,FirstName,LastName,Title,Email,EmailStatus,JobFunction,JobSubFunction,ManagementLevel,ContactLinkedIn,CompanyLinkedIn,CompanyInternalId,ContactInternalId",
    ),
    (
        Source::Seamless,
        "Research Date,Contact Full Name,First Name,Middle Name,Last Name,Title,Department,Seniority,Company Name,Company Name - Cleaned,Website,List,Primary Email,Intel,Contact LI Profile URL,Email 1,Email 1 Validation,Email 1 Total AI,Email 2,Personal Email,Contact Phone 1,Contact Phone 1 Total AI,Company Phone 1,Contact Mobile Phone,Contact City,Contact State,Contact Country,Company City,Company State,Company Country,Company Annual Revenue,Company Website Domain,Company Founded Date,Company Industry,Company LI Profile Url,Company Staff Count,Company Staff Count Range",
    ),
    (
        Source::Lead411,
        "Employee Id,First Name,Last Name,Title,Email,Email Status,Email Verified Date,Direct Dial,Mobile,LinkedIn URL,City,State,Country,Company Id,Company Name,Website,Company Phone,Address,Company City,Company State,Zip,Company Country,Industry,SIC Code,Employees,Revenue,Year Founded,Technologies,Intent Topics,Intent Score,Trigger Type,Trigger Date,Source",
    ),
    (
        Source::BookYourData,
        "Contact Name,Direct Email Contact,Phone,Company Name,Job Function,Job Level,SIC Code,Industry,Employee,Revenue,Zip Code,Country,County,State,City,Area Code",
    ),
    (Source::BookYourData, "Direct Email,Contact Name,Company,SIC Code,Employee Range,Revenue Range,Job Level,Job Function,Country,City"),
    (
        Source::BookYourData,
        "FIRST_NAME,LAST_NAME,DIRECT_EMAIL_CONTACT,PHONE,FAX,JOB_TITLE,JOB_FUNCTION,JOB_LEVEL,COMPANY_NAME,WEBSITE,SIC_CODE,INDUSTRY,EMPLOYEE,REVENUE",
    ),
    (Source::LeadsBlue, "company_name,email,full_name,job_title,sic_code,employees"),
    (
        Source::LeadsBlue,
        "company_name,email,full_name,job_title,phone,street_address,city,country,sic_code,website_url,linkedin_url,employees,annual_revenue,year_established",
    ),
    (
        Source::LeadsBlue,
        "business_email,company_name,full_name,job_title,phone,street_address,city,country,sic_code,website_url,linkedin_url,employee_count,annual_revenue,year_established",
    ),
];

fn headed(names: &[&str]) -> Rows {
    Rows::Table { header: Header::new(names.iter().copied()), rows: vec![TableRow::new(2, names.iter().map(|_| ""))] }
}

#[test]
fn exports_are_recognised_also_shuffled_and_with_renamed_columns() {
    let intake = Intake::new(Settings::default(), Vec::new()).unwrap();
    for (source, header) in EXPORTS {
        let names: Vec<&str> = header.split(',').collect();
        let found = intake.recognise(&headed(&names), "export.csv");
        assert_eq!(found.source, *source, "{header}\n{:.2}", found.confidence);
        assert!(found.confidence > 0.8, "{source} {:.2}", found.confidence);
        let mut shuffled = names.clone();
        shuffled.sort_by_key(|name| name.bytes().rev().collect::<Vec<_>>());
        assert_eq!(intake.recognise(&headed(&shuffled), "export.csv").source, *source, "shuffled {header}");
        let renamed: Vec<&str> = names
            .iter()
            .map(|name| match *name {
                "First Name" | "FirstName" | "First name" => "Given Name",
                "Title" | "Job Title" | "Job title" | "job_title" => "Role",
                "Email" | "Email Address" | "Email address" => "Mail",
                "Country" => "Land",
                name => name,
            })
            .collect();
        // Ten columns, half of which anybody has, are too few to lose half of them.
        if names.len() > 16 {
            for from in 0..2 {
                let half: Vec<&str> = names.iter().skip(from).step_by(2).copied().collect();
                assert_eq!(intake.recognise(&headed(&half), "export.csv").source, *source, "half of {header}");
            }
        }
        // Six columns are too few to lose two of them.
        if names.len() > 6 {
            assert_eq!(intake.recognise(&headed(&renamed), "export.csv").source, *source, "renamed {header}");
        }
    }
    let renamed = "Given Name,Surname,Role,Firm,Mail,# Employees,Person Linkedin Url,Apollo Contact Id";
    let found = intake.recognise(&headed(&renamed.split(',').collect::<Vec<_>>()), "x.csv");
    assert_eq!(found.source, Source::Apollo);
    let becomes: Vec<String> = found.columns.iter().map(|column| column.becomes.as_deref().unwrap_or("-").to_owned()).collect();
    assert_eq!(becomes, ["first_name", "last_name", "job_title", "company", "email", "employees", "linkedin", "external_id"]);
    for generic in [
        "First Name,Last Name,Email,Company,Title,Phone",
        "Name,Email,Source,Title,Company,Industry,Country,LinkedIn",
        "a,b,c",
        "Email",
        "email,phone,company",
        "First Name,Last Name,Email,Company",
        "First Name,Last Name,Title,Company,Email",
        "first_name,last_name,email,company",
        "company_name,email,full_name,job_title",
        "First Name,Last Name,Email,Email Verified Date",
        "Name,Business Email,Company,Phone",
        "Name,Phone,Area Code,City",
        "Company Name,Website,Industry,Employees,Revenue,City,State,Country",
        "First Name,Last Name,Title,Company,Email,City,State,Country,Website,Industry",
        "First Name,Last Name,Title,Company,Email,Email Status,Mobile Phone,Corporate Phone,# Employees,Industry,Keywords,Website",
        "First Name,Last Name,Job Title,Company,Phone,City,State,Country,Website,LinkedIn",
    ] {
        let found = intake.recognise(&headed(&generic.split(',').collect::<Vec<_>>()), "x.csv");
        assert_eq!(found.source, Source::File, "{generic}");
        assert!(generic == "a,b,c" || found.columns.iter().any(|column| column.becomes.is_some()), "{generic} is still understood");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn no_bytes_panic_and_every_row_is_given_once(bytes in proptest::collection::vec(prop_oneof![
        4 => proptest::sample::select(b"ab,;\"\n\r\t|{}[]:@. 1".to_vec()), 1 => any::<u8>()], 1..400), rows in 1_usize..5)
    {
        let dir = TempDir::new().unwrap();
        let path = write(&dir, "any", &bytes);
        if let Ok(mut source) = FileSource::open(&path, pages_of(rows)) {
            let all = FileSource::open(&path, pages_of(1000)).unwrap().page(None);
            let (mut given, mut cursor) = (Vec::new(), None::<String>);
            for _ in 0..500 {
                let Ok(page) = source.page(cursor.as_deref()) else { return Ok(()) };
                given.push(page.clone());
                cursor = page.next;
                if cursor.is_none() {
                    break;
                }
            }
            prop_assert!(cursor.is_none(), "pages end");
            if let Ok(all) = all {
                prop_assert_eq!(table(&given), table(std::slice::from_ref(&all)));
                prop_assert_eq!(bad(&given), bad(std::slice::from_ref(&all)));
                prop_assert_eq!(table(&resumed(&path, &pages_of(rows))), table(&[all]));
            }
        }
    }
}

#[test]
fn bad_rows_keep_only_their_start() {
    let row = BadRow::new(1, "too long", &vec![b'x'; 10 * ROW_LIMIT]);
    assert!(row.raw.len() <= leadloom::intake::raw::BAD_ROW_LIMIT);
}
