//! The one table of sources that can be asked. The command line, `doctor` and the Imports screen read it.

use super::{Capabilities, Credential, Provider, Settings, apollo, hunter, lead411, lusha, rocketreach, seamless, uplead, zoominfo};
use crate::{
    domain::Source,
    net::{NetError, Service, Tools},
};
use std::sync::Arc;

/// A source that can be asked.
pub struct Entry {
    /// Which.
    pub source: Source,
    /// Its names in errors: `apollo`, `Apollo.io`, the variables of its login and address.
    pub service: &'static Service,
    /// What a login consists of; where there are several ways, the first is the one to recommend.
    pub logins: &'static [&'static [Credential]],
    /// What it can do.
    pub capabilities: &'static Capabilities,
    build: Build,
}

type Build = fn(&Settings, &Tools) -> Result<Arc<dyn Provider>, NetError>;

impl Entry {
    /// Makes the client; no call yet. Fails when the login is incomplete or the address is none.
    pub fn build(&self, settings: &Settings, tools: &Tools) -> Result<Arc<dyn Provider>, NetError> {
        (self.build)(settings, tools)
    }

    /// All parts of one login are given.
    pub fn is_configured(&self, settings: &Settings) -> bool {
        self.logins.iter().any(|login| settings.has(login))
    }
}

macro_rules! entries {
    ($($source:ident $room:ident;)*) => {
        static ENTRIES: &[Entry] = &[$(Entry {
            source: Source::$source,
            service: &$room::SERVICE,
            logins: $room::LOGINS,
            capabilities: &$room::CAPABILITIES,
            build: $room::build,
        }),*];
    };
}

entries! {
    Apollo apollo;
    ZoomInfo zoominfo;
    Hunter hunter;
    Lusha lusha;
    Seamless seamless;
    Lead411 lead411;
    RocketReach rocketreach;
    UpLead uplead;
}

/// All of them, in the order in which screens list them.
pub fn registry() -> &'static [Entry] {
    ENTRIES
}

/// The entry of a source; `None` for sources that give files only.
pub fn entry(source: Source) -> Option<&'static Entry> {
    ENTRIES.iter().find(|entry| entry.source == source)
}
