//! Where records come from: the ten providers, HaloPSA, a person's own hand, and files of unknown make.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

macro_rules! sources {
    ($($name:ident $key:literal $label:literal $reliability:literal;)*) => {
        /// Who gave a record.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[allow(missing_docs, reason = "the label says it")]
        pub enum Source { $($name),* }

        impl Source {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name on the command line, in configuration and in the store.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// Its name for people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            /// How far its data is trusted, 0 to 100, unless configured (requirements 2.9; ours where silent).
            pub const fn reliability(self) -> u8 {
                match self { $(Self::$name => $reliability),* }
            }
        }
    };
}

sources! {
    Apollo       "apollo"       "Apollo.io"    85;
    ZoomInfo     "zoominfo"     "ZoomInfo"     90;
    Hunter       "hunter"       "Hunter.io"    80;
    Lusha        "lusha"        "Lusha"        85;
    Seamless     "seamless"     "Seamless.AI"  75;
    Lead411      "lead411"      "Lead411"      75;
    RocketReach  "rocketreach"  "RocketReach"  80;
    UpLead       "uplead"       "UpLead"       80;
    BookYourData "bookyourdata" "BookYourData" 70;
    LeadsBlue    "leadsblue"    "LeadsBlue"    50;
    Halo         "halopsa"      "HaloPSA"      95;
    Manual       "manual"       "typed in"     100;
    File         "file"         "file"         50;
}

impl Source {
    /// The ten that sell leads, in the order in which screens list them.
    pub fn providers() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|source| !matches!(source, Self::Halo | Self::Manual | Self::File))
    }

    /// Has no contact API; its exports come as files.
    pub const fn file_only(self) -> bool {
        matches!(self, Self::BookYourData | Self::LeadsBlue | Self::File)
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.label())
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.key())
    }
}

/// No source has that name.
#[derive(Debug, thiserror::Error)]
#[error("{given:?} is not a source; sources are {known}")]
pub struct UnknownSource {
    given: String,
    known: String,
}

impl FromStr for Source {
    type Err = UnknownSource;
    fn from_str(raw: &str) -> Result<Self, UnknownSource> {
        let wanted: String = raw.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        Self::ALL
            .iter()
            .copied()
            .find(|source| plain(source.key()) == wanted || plain(source.label()) == wanted)
            .ok_or_else(|| UnknownSource { given: raw.to_owned(), known: Self::providers().map(Self::key).collect::<Vec<_>>().join(", ") })
    }
}

impl Serialize for Source {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Source {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        std::borrow::Cow::<str>::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
