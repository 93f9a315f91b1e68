//! Opening the house: from configuration to services. Nothing is logged in to or fetched here; a HaloPSA or a source
//! that is not configured makes its own verbs refuse with the sentence that says what to set, and no others.

use super::{Kind, Parts, Result, ServiceError, Services, feeds, imports};
use crate::{
    config::{AccessError, Config, Conflicts as Configured, HalopsaAccess, Loaded, MappingText},
    domain::{Clock, CustomField, CustomKind, Field, IdGen, Lifecycle, custom_fields},
    halopsa::{self, Entity, FieldSpec, FieldType, Halo, StageSpec},
    intake::{Intake, Mapping, Problem},
    matching::Model,
    net::{Credits, Limit, Nap, Tools},
    store::Store,
    sync::{
        Core, Rules,
        halo::{Conflicts, HaloSync, Manner, Needs},
        matchmaker::Matchmaker,
        pace::{StoreLedger, StorePace},
        shelf::StoreShelf,
    },
    workflow::Workflows,
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::Duration,
};

/// How long a lost answer is waited for before it is looked for (HaloPSA's list search lags 2 to 5 s behind writes).
const SETTLE: Duration = Duration::from_secs(10);

/// What the services are made of besides the configuration.
pub struct Opening {
    /// What was configured.
    pub loaded: Loaded,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub ids: Arc<dyn IdGen>,
}

/// What only tests and benchmarks have otherwise.
pub struct Tuning {
    /// Waits between calls, in step with the opening's clock: for simulated time.
    pub nap: Option<Arc<dyn Nap>>,
    /// Look for our reference before a create that may have been sent before. Only a test that proves that the look is
    /// needed switches it off.
    pub look_first: bool,
}

impl Default for Tuning {
    fn default() -> Self {
        Self { nap: None, look_first: true }
    }
}

impl Services {
    /// Opens the database and puts everything together.
    pub fn open(opening: Opening) -> Result<Self> {
        Self::open_with(opening, Tuning::default())
    }

    /// The same, tuned.
    pub fn open_with(opening: Opening, tuning: Tuning) -> Result<Self> {
        let Opening { loaded, clock, ids } = opening;
        let config = loaded.config;
        let store = Store::open(&loaded.paths.database)?;
        let intake = Arc::new(intake(&config, &loaded.mappings)?);
        let rules = Rules { survivorship: config.survivorship.clone(), workflows: loaded.workflows, hold: config.halopsa.hold.0 };
        let needs = Needs { stages: stages(&rules.workflows), fields: fields() };
        let matchmaker = Matchmaker::new(config.matching, Model::shipped());
        let ledger = Arc::new(ledger(&store, &clock, &config));
        let mut tools = Tools::new(Arc::new(StorePace::new(store.clone(), clock.clone())), ledger.clone(), clock.clone());
        tools.shelf = Arc::new(StoreShelf::new(store.clone(), clock.clone()));
        tools.nap = tuning.nap.unwrap_or(tools.nap);
        let core = Core::new(store, clock, ids, rules, matchmaker);
        let halo = halo(&config, &core, needs, &tools, tuning.look_first);
        Ok(Self(Arc::new(Parts {
            core,
            config,
            intake,
            halo,
            tools,
            ledger,
            imports: imports::Desk::default(),
            sources: feeds::Clients::default(),
            mappings: loaded.paths.config("mappings"),
            kept: Mutex::default(),
        })))
    }
}

/// What is wrong with the user's mappings and the `[intake]` settings, a sentence each; opens nothing.
pub fn mapping_faults(loaded: &Loaded) -> Vec<String> {
    read_intake(&loaded.config, &loaded.mappings).err().unwrap_or_default().iter().map(ToString::to_string).collect()
}

/// Intake as it is configured, with the user's mappings.
pub(super) fn intake(config: &Config, texts: &[MappingText]) -> Result<Intake> {
    read_intake(config, texts).map_err(|problems| {
        let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
        ServiceError::new(Kind::NotConfigured, format!("the mappings or [intake] settings have faults: {}", words.join("; ")))
    })
}

fn read_intake(config: &Config, texts: &[MappingText]) -> std::result::Result<Intake, Vec<Problem>> {
    let mut mappings = Vec::new();
    let mut problems = Vec::new();
    for text in texts {
        let shown = text.file.display().to_string();
        let is_json = text.file.extension().is_some_and(|ext| ext == "json");
        let read =
            if is_json { Mapping::parse_json(&shown, &text.text) } else { Mapping::parse_toml(&shown, &text.text).map(|one| vec![one]) };
        match read {
            Ok(more) => mappings.extend(more),
            Err(faults) => problems.extend(faults),
        }
    }
    if problems.is_empty() { Intake::new(config.intake.clone(), mappings) } else { Err(problems) }
}

fn ledger(store: &Store, clock: &Arc<dyn Clock>, config: &Config) -> StoreLedger {
    let ceilings: HashMap<String, Credits> = config
        .sources
        .all()
        .filter_map(|(source, settings)| Some((source.key().to_owned(), Credits::whole(u64::from(settings.credit_ceiling?)))))
        .collect();
    StoreLedger::new(store.clone(), clock.clone(), ceilings)
}

fn halo(config: &Config, core: &Core, needs: Needs, tools: &Tools, look_first: bool) -> std::result::Result<HaloSync, ServiceError> {
    let access = config.halopsa_access().map_err(|error| ServiceError::from(&error))?;
    let client = Halo::new(client_config(&access), tools).map_err(|error| ServiceError::new(Kind::NotConfigured, error.to_string()))?;
    let manner = Manner {
        overlap: config.sync.overlap.0,
        attempts: u32::from(config.sync.attempts),
        conflicts: match config.sync.conflicts {
            Configured::Halopsa => Conflicts::HaloWins,
            Configured::Review => Conflicts::Ask,
        },
        settle: SETTLE,
        look_first,
    };
    let holder = core.store.holder("leadloom");
    Ok(HaloSync::new(core.clone(), client, needs, manner, &holder))
}

fn client_config(access: &HalopsaAccess) -> halopsa::Config {
    let mut config = halopsa::Config::new(&access.api_url, &access.client_id, access.client_secret.clone());
    config.auth_url = (*access.auth_url).clone();
    config.api_url = (*access.api_url).clone();
    config.tenant.clone_from(&access.tenant);
    config.timeout = access.timeout.0;
    config.budget = Limit { calls: access.budget.requests, per: access.budget.per.0 };
    config
}

impl From<&AccessError> for ServiceError {
    fn from(error: &AccessError) -> Self {
        let kind = if matches!(error, AccessError::FilesOnly(_)) { Kind::WrongUse } else { Kind::NotConfigured };
        Self::new(kind, error.to_string())
    }
}

/// Ticket type and status of every stage, by name.
fn stages(workflows: &Workflows) -> Vec<StageSpec> {
    let specs = Lifecycle::ALL.iter().flat_map(|lifecycle| workflows.stages(*lifecycle));
    let one = |spec: &crate::workflow::StageSpec| StageSpec {
        position: spec.position.clone(),
        ticket_type: spec.ticket_type.to_string(),
        status: spec.status.to_string(),
    };
    specs.map(one).collect()
}

/// The catalogue of custom fields as HaloPSA is to have them.
fn fields() -> Vec<FieldSpec> {
    custom_fields().iter().map(field).collect()
}

fn field(custom: &CustomField) -> FieldSpec {
    let (kind, options) = match &custom.kind {
        CustomKind::Text { limit } if *limit > 255 => (FieldType::Memo, Vec::new()),
        CustomKind::Text { .. } => (FieldType::Text, Vec::new()),
        CustomKind::Choice { options, .. } => (FieldType::Select, options.iter().map(ToString::to_string).collect()),
        CustomKind::Number { .. } => (FieldType::Number, Vec::new()),
        CustomKind::Flag => (FieldType::Flag, Vec::new()),
    };
    FieldSpec {
        field: custom.field,
        name: name(custom.field),
        label: custom.field.label().to_owned(),
        kind,
        options,
        entity: Entity::Ticket,
    }
}

/// `LeadSource` for "Lead source": HaloPSA puts `CF` in front, and allows letters, digits and underscores.
fn name(field: Field) -> String {
    let words = field.label().split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.map(|word| word[..1].to_ascii_uppercase() + &word[1..]).collect()
}
