//! `leadloom.toml` as types: every setting with its default. The words above a setting are its help: they are
//! published with the JSON Schema. Absent: where a value came from (`load`), and fetching secrets (`secret`).

use super::value::{Address, CommandLine, DatabaseUrl, FilterValues, Secret, at_least, within};
use crate::{
    domain::{Field, Period, Schedule, Source},
    intake, matching,
    providers::entry,
};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, de};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// All settings.
#[derive(Clone, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(title = "leadloom.toml")]
pub struct Config {
    /// The HaloPSA tenant.
    pub halopsa: Halopsa,
    /// The sources of leads, by name: apollo, hunter, …
    pub sources: Sources,
    /// Where records are kept.
    pub database: Database,
    /// Imports.
    pub import: Import,
    /// Filling gaps: for each field the sources that are asked for it, in that order, until one knows. A field that is
    /// given here replaces the built-in list for that field; an empty list asks nobody.
    pub enrich: Enrich,
    /// Keeping HaloPSA in step.
    pub sync: Sync,
    /// The log.
    pub log: Log,
    /// The console.
    pub ui: Ui,
    /// Who may do what.
    pub users: Users,
    /// Cleaning and scoring.
    pub intake: intake::Settings,
    /// Who is who.
    pub matching: matching::Settings,
    /// Which value survives a merge.
    pub survivorship: matching::survivorship::Rules,
}

/// The HaloPSA tenant: where it is, how to log in, and how gently to ask.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Halopsa {
    /// The tenant's address, such as `https://acme.halopsa.com`.
    pub base_url: Option<Address>,
    /// Its authorisation server; the base address and `/auth` unless given.
    pub auth_url: Option<Address>,
    /// Its API; the base address and `/api` unless given.
    pub api_url: Option<Address>,
    /// The tenant's name on the API details page, where the tenant is hosted.
    pub tenant: Option<String>,
    /// The API application's client id.
    pub client_id: Option<String>,
    /// The API application's secret; better given by one of the next two, or in the environment.
    pub client_secret: Option<Secret>,
    /// A file that holds the secret; only its owner may read it.
    pub client_secret_file: Option<PathBuf>,
    /// A program that prints the secret, as a list of words.
    pub client_secret_command: Option<CommandLine>,
    /// What HaloPSA signs its webhooks with.
    pub webhook_secret: Option<Secret>,
    /// A file that holds it; only its owner may read it.
    pub webhook_secret_file: Option<PathBuf>,
    /// A program that prints it, as a list of words.
    pub webhook_secret_command: Option<CommandLine>,
    /// How many calls are made at most. HaloPSA hosted allows 700 in any 5 minutes for the whole tenant; leave some to
    /// people and other programs.
    pub budget: Budget,
    /// How long one call may take.
    #[serde(deserialize_with = "at_least::<_, 1>")]
    #[schemars(with = "String")]
    pub timeout: Period,
    /// How long a decision waits before it is written to HaloPSA; until then undo costs nothing.
    #[schemars(with = "String")]
    pub hold: Period,
    /// HaloPSA's names of the ticket types, where they are not as in workflows.toml.
    pub ticket_types: TicketTypes,
}

impl Default for Halopsa {
    fn default() -> Self {
        Self {
            base_url: None,
            auth_url: None,
            api_url: None,
            tenant: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            client_secret_command: None,
            webhook_secret: None,
            webhook_secret_file: None,
            webhook_secret_command: None,
            budget: Budget { requests: 600, per: Period::minutes(5) },
            timeout: Period::seconds(30),
            hold: Period::seconds(10),
            ticket_types: TicketTypes::default(),
        }
    }
}

/// A number of calls in any stretch of time.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// So many calls…
    #[serde(deserialize_with = "within::<_, _, 1, 1_000_000>")]
    #[schemars(range(min = 1, max = 1_000_000))]
    pub requests: u32,
    /// …in any stretch this long.
    #[serde(deserialize_with = "at_least::<_, 1>")]
    #[schemars(with = "String")]
    pub per: Period,
}

/// HaloPSA's names of the ticket types.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TicketTypes {
    /// Of leads.
    pub lead: Option<String>,
    /// Of prospects.
    pub prospect: Option<String>,
    /// Of opportunities.
    pub opportunity: Option<String>,
}

macro_rules! sources {
    ($($key:ident $source:ident $help:literal;)*) => {
        /// The sources of leads.
        #[derive(Clone, Default, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(default, deny_unknown_fields)]
        pub struct Sources {
            $(#[doc = $help] pub $key: SourceSettings,)*
        }

        impl Sources {
            /// One source's settings; `None` for what is no provider.
            pub fn get(&self, source: Source) -> Option<&SourceSettings> {
                match source { $(Source::$source => Some(&self.$key),)* _ => None }
            }

            /// All of them.
            pub fn all(&self) -> impl Iterator<Item = (Source, &SourceSettings)> {
                Source::providers().filter_map(|source| Some((source, self.get(source)?)))
            }
        }
    };
}

sources! {
    apollo Apollo "Apollo.io: an API key.";
    zoominfo ZoomInfo "ZoomInfo: a client id and secret.";
    hunter Hunter "Hunter.io: an API key.";
    lusha Lusha "Lusha: an API key.";
    seamless Seamless "Seamless.AI: an API key.";
    lead411 Lead411 "Lead411: a user name and password.";
    rocketreach RocketReach "RocketReach: an API key.";
    uplead UpLead "UpLead: an API key.";
    bookyourdata BookYourData "BookYourData: files only, no login.";
    leadsblue LeadsBlue "LeadsBlue: files only, no login.";
}

/// One source: how to log in, how much it may be asked, and what to ask it.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SourceSettings {
    /// Whether it may be used.
    pub enabled: bool,
    /// Scheme, host and port before the path that the provider documents; the provider's own unless given.
    pub base_url: Option<Address>,
    /// The API key, for sources that have one; better given by one of the next two, or in the environment.
    pub api_key: Option<Secret>,
    /// A file that holds the key; only its owner may read it.
    pub api_key_file: Option<PathBuf>,
    /// A program that prints the key, as a list of words.
    pub api_key_command: Option<CommandLine>,
    /// The client id (ZoomInfo).
    pub client_id: Option<String>,
    /// The client secret (ZoomInfo).
    pub client_secret: Option<Secret>,
    /// A file that holds the client secret; only its owner may read it.
    pub client_secret_file: Option<PathBuf>,
    /// A program that prints the client secret, as a list of words.
    pub client_secret_command: Option<CommandLine>,
    /// The user name (Lead411).
    pub username: Option<String>,
    /// The password (Lead411).
    pub password: Option<Secret>,
    /// A file that holds the password; only its owner may read it.
    pub password_file: Option<PathBuf>,
    /// A program that prints the password, as a list of words.
    pub password_command: Option<CommandLine>,
    /// 1 is fetched first, 100 last.
    #[serde(deserialize_with = "within::<_, _, 1, 100>")]
    #[schemars(range(min = 1, max = 100))]
    pub priority: u8,
    /// How many calls are made at most, where that is to differ from what the provider documents.
    pub budget: Option<Budget>,
    /// Credits it may use up in a calendar month; no limit but the provider's unless given.
    pub credit_ceiling: Option<u32>,
    /// Searches by name, each a table of that source's filters: `leadloom import apollo --search it-directors`. One with
    /// a `schedule` starts by itself.
    pub searches: BTreeMap<String, SavedSearch>,
}

impl Default for SourceSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            base_url: None,
            api_key: None,
            api_key_file: None,
            api_key_command: None,
            client_id: None,
            client_secret: None,
            client_secret_file: None,
            client_secret_command: None,
            username: None,
            password: None,
            password_file: None,
            password_command: None,
            priority: 50,
            budget: None,
            credit_ceiling: None,
            searches: BTreeMap::new(),
        }
    }
}

/// A search that has a name.
#[derive(Clone, Default, Debug, Serialize, JsonSchema)]
pub struct SavedSearch {
    /// When it starts by itself: minute, hour, day, month and weekday as cron has them, by the clock of the machine. Only
    /// while a console or `leadloom sync --watch` is open; a start that was missed is made up for once.
    #[schemars(with = "Option<String>")]
    pub schedule: Option<Schedule>,
    /// The source's filters.
    #[serde(flatten)]
    pub filters: BTreeMap<String, FilterValues>,
}

/// By hand: a derived flattening would lose the place of what is wrong.
impl<'de> Deserialize<'de> for SavedSearch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = SavedSearch;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of filters")
            }
            fn visit_map<A: de::MapAccess<'de>>(self, mut entries: A) -> Result<SavedSearch, A::Error> {
                let mut search = SavedSearch::default();
                while let Some(key) = entries.next_key::<String>()? {
                    if key == "schedule" {
                        search.schedule = Some(entries.next_value()?);
                    } else {
                        search.filters.insert(key, entries.next_value()?);
                    }
                }
                Ok(search)
            }
        }
        deserializer.deserialize_map(Visitor)
    }
}

/// Where records are kept.
#[derive(Clone, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Database {
    /// `sqlite:` and a path, such as `sqlite:./data/database.db`; a file in the data folder unless given. A path in a
    /// settings file counts from that file's folder, one in the environment from where you are.
    pub url: Option<DatabaseUrl>,
}

/// Imports.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Import {
    /// Sources fetched at the same time.
    #[serde(deserialize_with = "within::<_, _, 1, 10>")]
    #[schemars(range(min = 1, max = 10))]
    pub sources_at_once: u8,
    /// Rows handled in one transaction.
    #[serde(deserialize_with = "within::<_, _, 1, 10_000>")]
    #[schemars(range(min = 1, max = 10_000))]
    pub batch: u16,
    /// Rows read in one run from a provider unless the command says `--limit`; no limit unless given.
    pub limit: Option<u32>,
}

impl Default for Import {
    fn default() -> Self {
        Self { sources_at_once: 4, batch: 2000, limit: None }
    }
}

/// Which sources are asked for which field, in which order.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Enrich(#[schemars(with = "BTreeMap<String, Vec<String>>")] pub BTreeMap<Field, Vec<Source>>);

impl Default for Enrich {
    /// Who is known for what, cheapest first where that is a toss-up.
    fn default() -> Self {
        use Source::{Apollo, Hunter, Lusha, RocketReach, UpLead, ZoomInfo};
        Self(BTreeMap::from([
            (Field::JobTitle, vec![Apollo, ZoomInfo]),
            (Field::Email, vec![Apollo, Hunter, RocketReach]),
            (Field::EmailStatus, vec![Hunter, RocketReach, UpLead]),
            (Field::Phone, vec![ZoomInfo, Lusha, Apollo]),
            (Field::Mobile, vec![ZoomInfo, Lusha, Apollo]),
            (Field::LinkedIn, vec![Apollo, RocketReach]),
        ]))
    }
}

impl Enrich {
    /// Fields that can be asked for: one value of a person that sources know, or who employs them.
    pub const FIELDS: &'static [Field] = &[
        Field::FirstName,
        Field::LastName,
        Field::JobTitle,
        Field::Seniority,
        Field::Department,
        Field::Email,
        Field::EmailStatus,
        Field::Phone,
        Field::Mobile,
        Field::LinkedIn,
        Field::City,
        Field::State,
        Field::Country,
        Field::CompanyName,
        Field::CompanyDomain,
    ];

    /// What is wrong with a list: the field, and a sentence.
    pub(super) fn problems(&self) -> impl Iterator<Item = (Field, String)> {
        self.0.iter().filter_map(|(field, sources)| Self::wrong(*field, sources).map(|sentence| (*field, sentence)))
    }

    fn wrong(field: Field, sources: &[Source]) -> Option<String> {
        if !Self::FIELDS.contains(&field) {
            let known: Vec<&str> = Self::FIELDS.iter().map(|field| field.key()).collect();
            return Some(format!("no source is asked for this field by itself; known are {}", known.join(", ")));
        }
        sources.iter().enumerate().find_map(|(place, source)| {
            let Some(entry) = entry(*source) else { return Some(format!("{source} cannot be asked: it comes by file")) };
            if field == Field::EmailStatus && entry.capabilities.prices.check.is_none() {
                return Some(format!("{source} does not verify addresses"));
            }
            sources[..place].contains(source).then(|| format!("{source} is named twice"))
        })
    }
}

/// Keeping HaloPSA in step.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sync {
    /// How often HaloPSA is asked what has changed.
    #[serde(deserialize_with = "at_least::<_, 1>")]
    #[schemars(with = "String")]
    pub poll: Period,
    /// How far each question reaches back before the last answer: HaloPSA's search lags, and clocks differ.
    #[schemars(with = "String")]
    pub overlap: Period,
    /// How often all ids are compared, which finds what was deleted.
    #[serde(deserialize_with = "at_least::<_, 60>")]
    #[schemars(with = "String")]
    pub sweep: Period,
    /// How often a write is tried before a person is asked.
    #[serde(deserialize_with = "within::<_, _, 1, 50>")]
    #[schemars(range(min = 1, max = 50))]
    pub attempts: u8,
    /// Who wins when both sides changed the same field differently.
    pub conflicts: Conflicts,
}

impl Default for Sync {
    fn default() -> Self {
        Self {
            poll: Period::minutes(15),
            overlap: Period::minutes(5),
            sweep: Period::hours(24),
            attempts: 8,
            conflicts: Conflicts::default(),
        }
    }
}

/// Who wins when both sides changed the same field differently.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Conflicts {
    /// What a person typed in HaloPSA; the difference is shown.
    #[default]
    Halopsa,
    /// Nobody yet: it goes to the review queue.
    Review,
}

/// The log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// How much is written.
    pub level: Level,
    /// How many daily files are kept.
    #[serde(deserialize_with = "within::<_, _, 1, 1000>")]
    #[schemars(range(min = 1, max = 1000))]
    pub keep: u16,
    /// How many lines the log screen holds.
    #[serde(deserialize_with = "within::<_, _, 100, 100_000>")]
    #[schemars(range(min = 100, max = 100_000))]
    pub lines: u32,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: Level::default(), keep: 14, lines: 5000 }
    }
}

/// How much is logged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What went wrong.
    Error,
    /// And what looks wrong.
    Warn,
    /// And what was done.
    #[default]
    Info,
    /// And how.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// All of them, quietest first.
    pub const ALL: &'static [Self] = &[Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// Its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// The console.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Ui {
    /// The theme's name.
    pub theme: String,
    /// Which characters lines and marks are drawn with.
    pub glyphs: Glyphs,
    /// Draw less often, for slow connections.
    pub slow_link: bool,
    /// No boxes and no decoration, for screen readers.
    pub plain: bool,
}

impl Default for Ui {
    fn default() -> Self {
        Self { theme: "terminal".to_owned(), glyphs: Glyphs::default(), slow_link: false, plain: false }
    }
}

/// Which characters lines and marks are drawn with.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Glyphs {
    /// Box-drawing characters.
    #[default]
    Unicode,
    /// Only what is on every keyboard.
    Ascii,
}

/// Who may do what.
#[derive(Clone, Default, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Users {
    /// The role of whoever is not listed below; unless given, `admin` while nobody is listed, and `viewer` after that.
    pub default_role: Option<Role>,
    /// Roles by login name.
    pub roles: BTreeMap<String, Role>,
}

impl Users {
    /// The role of that login name. Alone on a machine everybody is an admin: whoever can read the database file can do
    /// anything with it anyway.
    pub fn role_of(&self, login: &str) -> Role {
        let others = self.default_role.unwrap_or(if self.roles.is_empty() { Role::Admin } else { Role::Viewer });
        self.roles.get(login).copied().unwrap_or(others)
    }
}

/// What somebody may do; each includes the one before.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Look.
    Viewer,
    /// Decide, import, sync.
    Operator,
    /// Set up, erase, manage users.
    Admin,
}

impl Role {
    /// Its name.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}
