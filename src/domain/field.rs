//! The one list of fields. Mapping, cleaning, merge, forms, HaloPSA's custom fields and exports all read it;
//! a field that is not here exists nowhere.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Whose field it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Subject {
    /// A person's.
    Person,
    /// A company's; on a person's record it describes the employer.
    Company,
    /// The sale's: kept with the contact, written to the ticket as a custom field.
    Lead,
}

/// What values it takes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FieldKind {
    /// Words.
    Text,
    /// An address on the web, `https://` in front.
    Url,
    /// An e-mail address.
    Email,
    /// A telephone number.
    Phone,
    /// A host name.
    Domain,
    /// An ISO country.
    Country,
    /// A whole number.
    Number,
    /// A whole number or a range.
    Span,
    /// Yes or no.
    Flag,
    /// A date.
    Date,
    /// Several texts; merging unites them.
    List,
}

macro_rules! fields {
    ($($name:ident $key:literal $label:literal $kind:ident $subject:ident;)*) => {
        /// A field of the neutral model.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        #[repr(u8)]
        #[allow(missing_docs, reason = "the label says it")]
        pub enum Field { $($name),* }

        impl Field {
            /// All of them, in the order in which screens and exports list them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// Its name in configuration, JSON and exports.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$name => $key),* }
            }

            /// Its name for people.
            pub const fn label(self) -> &'static str {
                match self { $(Self::$name => $label),* }
            }

            /// What values it takes.
            pub const fn kind(self) -> FieldKind {
                match self { $(Self::$name => FieldKind::$kind),* }
            }

            /// Whose field it is.
            pub const fn subject(self) -> Subject {
                match self { $(Self::$name => Subject::$subject),* }
            }

            /// The field called `key`.
            pub fn from_key(key: &str) -> Option<Self> {
                match key { $($key => Some(Self::$name),)* _ => None }
            }
        }
    };
}

fields! {
    FullName        "full_name"        "Name"             Text    Person;
    FirstName       "first_name"       "First name"       Text    Person;
    LastName        "last_name"        "Last name"        Text    Person;
    JobTitle        "job_title"        "Title"            Text    Person;
    Seniority       "seniority"        "Seniority"        Text    Person;
    Department      "department"       "Department"       Text    Person;
    Email           "email"            "E-mail"           Email   Person;
    EmailStatus     "email_status"     "E-mail status"    Text    Person;
    OtherEmails     "other_emails"     "Other e-mails"    List    Person;
    Phone           "phone"            "Phone"            Phone   Person;
    Mobile          "mobile"           "Mobile"           Phone   Person;
    OtherPhones     "other_phones"     "Other phones"     List    Person;
    LinkedIn        "linkedin"         "LinkedIn"         Url     Person;
    Street          "street"           "Street"           Text    Person;
    City            "city"             "City"             Text    Person;
    State           "state"            "State"            Text    Person;
    Postcode        "postcode"         "Postcode"         Text    Person;
    Country         "country"          "Country"          Country Person;
    BirthDate       "birth_date"       "Date of birth"    Date    Person;
    Identifier      "identifier"       "Identifier"       Text    Person;
    Confidence      "confidence"       "Source's confidence" Number Person;
    Notes           "notes"            "Notes"            Text    Person;
    CompanyName     "company"          "Company"          Text    Company;
    LegalForm       "legal_form"       "Legal form"       Text    Company;
    CompanyDomain   "company_domain"   "Domain"           Domain  Company;
    Website         "website"          "Website"          Url     Company;
    CompanyPhone    "company_phone"    "Company phone"    Phone   Company;
    CompanyLinkedIn "company_linkedin" "Company LinkedIn" Url     Company;
    Industry        "industry"         "Industry"         Text    Company;
    Employees       "employees"        "Employees"        Span    Company;
    Revenue         "revenue"          "Revenue (USD)"    Span    Company;
    Founded         "founded"          "Founded"          Number  Company;
    Technologies    "technologies"     "Technologies"     List    Company;
    Keywords        "keywords"         "Keywords"         List    Company;
    Funding         "funding"          "Funding"          Text    Company;
    HqStreet        "hq_street"        "HQ street"        Text    Company;
    HqCity          "hq_city"          "HQ city"          Text    Company;
    HqState         "hq_state"         "HQ state"         Text    Company;
    HqPostcode      "hq_postcode"      "HQ postcode"      Text    Company;
    HqCountry       "hq_country"       "HQ country"       Country Company;
    DealValue       "deal_value"       "Deal value"       Number  Lead;
    CloseDate       "close_date"       "Expected close"   Date    Lead;
    LeadSource      "CF_101"           "Lead source"      Text    Lead;
    Services        "CF_102"           "Services"         Text    Lead;
    GrowthSignals   "CF_103"           "Growth signals"   Text    Lead;
    Projects        "CF_104"           "Project pipelines" Text   Lead;
    DoNotContact    "CF_105"           "Do not contact"   Flag    Lead;
    TechStack       "CF_106"           "Technology stack" Text    Lead;
    RevenueBand     "CF_107"           "Revenue band"     Text    Lead;
    SizeBand        "CF_108"           "Size band"        Text    Lead;
    Level           "CF_109"           "Management level" Text    Lead;
    LeadDepartment  "CF_110"           "Lead department"  Text    Lead;
    Intent          "CF_111"           "Intent"           Text    Lead;
    FoundedYear     "CF_112"           "Founded year"     Number  Lead;
    Headquarters    "CF_113"           "Headquarters"     Text    Lead;
    PainPoints      "CF_201"           "Pain points"      Text    Lead;
    Qualified       "CF_202"           "Qualified services" Text  Lead;
    DecisionMaker   "CF_203"           "Decision maker"   Text    Lead;
    Budget          "CF_204"           "Budget range"     Text    Lead;
    Timeframe       "CF_205"           "Timeframe"        Text    Lead;
    Fit             "CF_206"           "Fit score"        Number  Lead;
    Products        "CF_301"           "Products and services" Text Lead;
    Quotes          "CF_302"           "Quotes"           Text    Lead;
    Competitors     "CF_303"           "Competitors"      Text    Lead;
    OutcomeReason   "CF_304"           "Win or loss reason" Text  Lead;
}

impl Field {
    /// The described system's custom-field number, for the fields that have one.
    pub fn custom_number(self) -> Option<u16> {
        self.key().strip_prefix("CF_")?.parse().ok()
    }

    /// The field whose key is nearest to a mistyped one, for "did you mean".
    pub fn nearest(key: &str) -> Option<Self> {
        let distance = |field: &Self| strsim::damerau_levenshtein(field.key(), key);
        Self::ALL.iter().copied().min_by_key(distance).filter(|field| distance(field) <= 3)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.key())
    }
}

impl<'de> Deserialize<'de> for Field {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::from_key(&key).ok_or_else(|| de::Error::custom(format!("no field is called {key:?}")))
    }
}
